import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { NEEDED_POLICIES } from '../../../cli/aws/needed-policy.ts';
import type { Deployed } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { REGION, TOGETHER } from '../world/world.ts';
import type { Delivered } from './deliver.ts';

const RULE = '6f2851ab-02e1-412c-9fd8-7f7d91dbb441';

/** A program's questions: the server answers in lines of JSON, and ends when its input does. */
async function askByProtocol({ world, name }: Deployed): Promise<void> {
  const clientInfo = { name: 'test', version: '1' };
  const messages = [
    { id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } },
    { method: 'notifications/initialized' },
    { id: 2, method: 'tools/call', params: { name: 'events', arguments: { since: '2h' } } },
  ].map((message) => `'${JSON.stringify({ jsonrpc: '2.0', ...message })}'`);
  // Time for the answer, before the input ends.
  const line = `(printf '%s\\n' ${messages.join(' ')}; sleep 25) | npm run -s trailwarden -- mcp --deployment ${name}`;
  const { output } = await world.shell(line, `${name}-auditor-${REGION}`);
  expectThat(output.includes('fsx:TagResource'), 'The server of the Model Context Protocol does not answer:', output);
}

/** What docs/runbook.md has an auditor ask by the AWS CLI. */
function awsLines({ bucket, name }: Deployed): readonly string[] {
  const pending = `--expression-attribute-names '{"#s":"state"}' --expression-attribute-values '{":p":{"S":"pending"}}'`;
  return [
    `aws s3api list-object-versions --bucket ${bucket} --prefix AWSLogs/`,
    `aws dynamodb query --table-name ${name}-alerts --index-name by-state --key-condition-expression '#s = :p' ${pending}`,
  ];
}

/** Of the object with the record that can't be read, nothing is left but its copy in quarantine. */
async function loseObject({ world, bucket }: Deployed, { rejectedKey }: Delivered): Promise<void> {
  const { Versions = [] } = await world.clients.s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: rejectedKey }),
  );
  for (const { Key, VersionId } of Versions) {
    await world.clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  }
}

/** By what a command says that it needs. Administrators are held against nothing. */
const POLICIES: Readonly<Record<string, readonly string[]>> = {
  auditor: ['auditor'],
  operator: ['auditor', 'operator'],
  'backfill-operator': ['backfill-operator'],
};

/** Commands about a source are tried with one in another account, `mcp` by its own protocol; `ui` asks what others ask. */
const ELSEWHERE = /^source |^mcp$|^ui$/;

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
  await loseObject(deployed, delivered);
  const alert = await firstId(deployed, 'alert list', 'alertId');
  const finding = await firstId(deployed, 'findings', 'findingId');
  const failures: string[] = [];
  let suppression = '';
  for (const [command, asked] of Object.entries(commandLines(deployed, delivered))) {
    for (const { args, code = 0, says = '' } of asked) {
      const needed = NEEDED_POLICIES[command];
      const principal = POLICIES[String(needed)]
        ?.map((policy) => `${deployed.name}-${policy}-${REGION}`)
        .join(TOGETHER);
      const line = `npm run -s trailwarden -- ${command} ${args.replace('SUPPRESSION', suppression).replace('ALERT', alert).replace('FINDING', finding)}`;
      const result = await deployed.world.shell(line, principal);
      const isRight = result.code === code && result.output.includes(says);
      if (!isRight)
        failures.push(
          `${line}\nended with ${result.code}, not ${code}, or does not say "${says}":\n${result.output.slice(-2000)}`,
        );
      if (command === 'suppress') suppression = result.stdout.trim();
    }
  }
  expectThat(failures.length === 0, failures.join('\n\n'));
  await askByProtocol(deployed);
  for (const line of awsLines(deployed)) {
    expectCode(await deployed.world.shell(line, `${deployed.name}-auditor-${REGION}`), 0, line);
  }
  const missing = Object.keys(NEEDED_POLICIES).filter(
    (command) => !ELSEWHERE.test(command) && !(command in commandLines(deployed, delivered)),
  );
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
    'findings mark': [{ args: `FINDING false --reason 'A migration'` }],
    incident: [{ args: rootEvent, says: 'fsx:TagResource' }],
    'export events': [{ args: '--since 2h --format csv', says: 'TagResource' }],
    'export findings': [{ args: '--since 2h --format jsonl', says: RULE }],
    history: [{ args: '--since 1h' }],
    backfill: [{ args: '--since 2h --yes --format json' }],
    // Every object is read already: what a backfill does is seen on a laptop, over the same definition.
    'backfill status': [{ args: '', code: 1, says: 'There was no backfill yet' }],
    'backfill stop': [{ args: 'none', code: 1 }],
    'backfill resume': [{ args: 'none', code: 1 }],
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
    'rules report': [{ args: 'cis-7.0 --since 7d', says: 'Root credentials used' }],
    'rules backtest': [{ args: 'rules/root/root-tag-change.yml --days 1', says: 'Root credentials changed tags' }],
    'rules tune': [
      { args: 'rules/root/root-login.yml --days 1', code: 1, says: 'no finding of the rule is marked as false' },
    ],
    scan: [{ args: 'local/sample', says: 'Root credentials changed tags' }],
    cost: [{ args: '--events-per-day 1000000', says: 'KMS keys' }],
    completion: [{ args: 'bash', says: 'trailwarden' }],
    status: [{ args: '', says: REGION }, { args: '--index' }],
    verify: [{ args: `s3://${bucket}/`, code: 4, says: 'missing' }],
    suppress: [{ args: `${RULE} --until 4h --reason 'A migration'` }],
    'suppress list': [{ args: '--all', says: 'A migration' }],
    'suppress end': [{ args: 'SUPPRESSION' }],
    'redrive dead-letters': [{ args: '--dry-run', says: 'would be moved back' }, { args: '' }],
    'redrive rejected': [{ args: '--dry-run' }, { args: '' }],
    // One of them is gone.
    'redrive range': [{ args: '--since 2h', code: 1, says: 'were queued' }],
    'redrive object': [{ args: `s3://${bucket}/${logKey} s3://${bucket}/${digestKey}` }],
    doctor: [{ args: '--wait 0', code: 1, says: 'protection' }],
    init: [{ args: '--yes --file other.yaml', says: 'What it costs' }],
    protect: [{ args: '--check', code: 1, says: 'NOT protected: table' }],
    repack: [{ args: '--dry-run' }],
  };
}

async function firstId({ world, name }: Deployed, command: string, member: string): Promise<string> {
  const { stdout } = await world.shell(`npm run -s trailwarden -- ${command} --format jsonl --deployment ${name}`);
  const [first = '{}'] = stdout.split('\n');
  return z
    .record(z.string(), z.unknown())
    .transform((it) => String(it[member]))
    .parse(JSON.parse(first));
}
