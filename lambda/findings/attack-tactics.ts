import * as z from 'zod';
import { attackNames } from './attack-names.ts';

/** The tactics of ATT&CK for enterprises, in the order in which it lists them: as an attack goes. */
const TACTICS: readonly string[] = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'stealth',
  'defense-impairment',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
];

const tagsSchema = z.array(z.string()).catch([]);

/**
 * The tactics among the tags of a rule, `attack.stealth`: without `attack.`, each once, as ATT&CK v19 names them. Tags
 * of techniques, groups and software (`attack.t1098`, `attack.g0016`, `attack.s0154`) are none.
 */
export function tacticsOf(tags: unknown): readonly string[] {
  return attackNames(tagsSchema.parse(tags)).filter((name) => !/^[tgs]\d{4}/.test(name));
}

/** The place of a tactic in the order of ATT&CK; those that it doesn't know come last. */
export function tacticOrder(tactic: string): number {
  const place = TACTICS.indexOf(tactic);
  return place < 0 ? TACTICS.length : place;
}
