import { NEEDED_POLICIES } from '../../../cli/aws/needed-policy.ts';
import type { Deployed } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { REGION, TOGETHER } from '../world/world.ts';
import type { Delivered } from './deliver.ts';

const RULE = '6f2851ab-02e1-412c-9fd8-7f7d91dbb441';

/** By what a command says that it needs. Administrators are held against nothing. */
const POLICIES: Readonly<Record<string, readonly string[]>> = {
  auditor: ['auditor'],
  operator: ['auditor', 'operator'],
};

/** A command line, what it must end with, and what it must say. */
interface Asked {
  readonly args: string;
  readonly code?: number;
  readonly says?: string;
}

/** Every command of the command line, with the policy that its help names, as an auditor or operator runs it. */
export async function askEverything(deployed: Deployed, delivered: Delivered): Promise<void> {
  const { bucket } = deployed;
  await deployed.queue('logs-dead-letter', { s3Bucket: bucket, s3ObjectKey: [delivered.logKey] });
  const alert = await oneAlert(deployed);
  let suppression = '';
  for (const [command, asked] of Object.entries(commandLines(deployed, delivered))) {
    for (const { args, code = 0, says = '' } of asked) {
      const needed = NEEDED_POLICIES[command];
      const principal = POLICIES[String(needed)]
        ?.map((policy) => `${deployed.name}-${policy}-${REGION}`)
        .join(TOGETHER);
      const line = `npm run -s trailwarden -- ${command} ${args.replace('SUPPRESSION', suppression).replace('ALERT', alert)}`;
      const result = await deployed.world.shell(line, principal);
      expectCode(result, code, line);
      if (command === 'suppress') suppression = result.stdout.trim();
      expectThat(result.output.includes(says), `${line}\ndoes not say "${says}":`, result.output.slice(-3000));
    }
  }
  const missing = Object.keys(NEEDED_POLICIES).filter((command) => !(command in commandLines(deployed, delivered)));
  expectThat(
    missing.length === 0,
    'These commands are not tried: say in test/deploy/steps/every-command.ts how.',
    missing,
  );
}

function commandLines(
  { bucket }: Deployed,
  { rootEvent, logKey, digestKey }: Delivered,
): Readonly<Record<string, readonly Asked[]>> {
  return {
    events: [
      { args: '--since 2h', says: 'fsx:TagResource' },
      { args: '--by actor', says: 'root' },
      { args: '--resource fs-0123456789abcdef0 --format json', says: rootEvent },
    ],
    event: [{ args: rootEvent, says: 'TagResource' }],
    findings: [
      { args: '--since 2h', says: 'Root credentials changed tags' },
      { args: '--level high --format jsonl', says: RULE },
    ],
    'alert list': [{ args: '--since 2h', says: RULE }],
    'alert show': [{ args: 'ALERT', says: 'sent' }],
    'alert test': [{ args: '--level high' }],
    trace: [{ args: rootEvent }],
    timeline: [{ args: 'fs-0123456789abcdef0', says: 'fsx:TagResource' }],
    'rules list': [{ args: '', says: 'Root credentials changed tags' }],
    'rules check': [{ args: 'rules/root' }],
    'rules test': [{ args: 'rules/root' }],
    'rules explain': [{ args: `${RULE} ${rootEvent}`, says: 'userIdentity.type' }],
    'rules backtest': [{ args: 'rules/root/root-tag-change.yml --days 1', says: 'Root credentials changed tags' }],
    scan: [{ args: 'local/sample', says: 'Root credentials changed tags' }],
    cost: [{ args: '--events-per-day 1000000', says: 'KMS keys' }],
    completion: [{ args: 'bash', says: 'trailwarden' }],
    status: [{ args: '', says: REGION }, { args: '--index' }],
    verify: [{ args: `s3://${bucket}/`, code: 4, says: 'missing' }],
    suppress: [{ args: `${RULE} --until 4h --reason 'A migration'` }],
    'suppress list': [{ args: '--all', says: 'A migration' }],
    'suppress end': [{ args: 'SUPPRESSION' }],
    'redrive dead-letters': [{ args: '--dry-run', says: '1' }, { args: '' }],
    'redrive rejected': [{ args: '--dry-run' }, { args: '' }],
    'redrive range': [{ args: '--since 2h' }],
    'redrive object': [{ args: `s3://${bucket}/${logKey} s3://${bucket}/${digestKey}` }],
    doctor: [{ args: '--wait 0', code: 1, says: 'protection' }],
    init: [{ args: '--yes --file other.yaml', says: 'What it costs' }],
    protect: [{ args: '--check', code: 1, says: 'NOT protected: table' }],
    repack: [{ args: '--dry-run' }],
  };
}

async function oneAlert({ world, name }: Deployed): Promise<string> {
  const { stdout } = await world.shell(`npm run -s trailwarden -- alert list --format jsonl --deployment ${name}`);
  return /[0-9a-f]{32}/.exec(stdout)?.[0] ?? '';
}
