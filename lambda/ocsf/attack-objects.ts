import { attackNames } from '../findings/attack-names.ts';

/** The tactics of MITRE ATT&CK for Enterprise, by the names that Sigma's tags have. */
const TACTICS: Readonly<Record<string, readonly [uid: string, name: string]>> = {
  reconnaissance: ['TA0043', 'Reconnaissance'],
  'resource-development': ['TA0042', 'Resource Development'],
  'initial-access': ['TA0001', 'Initial Access'],
  execution: ['TA0002', 'Execution'],
  persistence: ['TA0003', 'Persistence'],
  'privilege-escalation': ['TA0004', 'Privilege Escalation'],
  stealth: ['TA0005', 'Stealth'],
  'defense-impairment': ['TA0112', 'Defense Impairment'],
  'credential-access': ['TA0006', 'Credential Access'],
  discovery: ['TA0007', 'Discovery'],
  'lateral-movement': ['TA0008', 'Lateral Movement'],
  collection: ['TA0009', 'Collection'],
  'command-and-control': ['TA0011', 'Command and Control'],
  exfiltration: ['TA0010', 'Exfiltration'],
  impact: ['TA0040', 'Impact'],
};

const TECHNIQUE = /^(T\d{4})(\.\d{3})?$/;

/**
 * The tactics and techniques among a rule's tags, as OCSF's attack objects: one each, as tags don't say which technique
 * serves which tactic, under the names of ATT&CK v19. Other tags are left out.
 */
export function attackObjects(tags: readonly string[]): readonly object[] {
  return attackNames(tags).flatMap((name): object[] => {
    const tactic = Object.hasOwn(TACTICS, name) ? TACTICS[name] : undefined;
    if (tactic !== undefined) return [{ tactic: { uid: tactic[0], name: tactic[1] } }];
    const [uid, technique, sub] = TECHNIQUE.exec(name.toUpperCase()) ?? [];
    if (uid === undefined || technique === undefined) return [];
    return [{ technique: { uid: technique }, ...(sub !== undefined && { sub_technique: { uid } }) }];
  });
}
