import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, ListPublicKeysCommand } from '@aws-sdk/client-cloudtrail';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { NEEDED_POLICIES } from '../../../cli/aws/needed-policy.ts';
import { FindingTable } from '../../../lambda/store/findings/finding-table.ts';
import { synthesize } from '../../lib/support/deployment.ts';
import { resources } from '../../lib/support/template.ts';
import { useAwsEnvironment } from '../../support/aws-environment.ts';
import { type Deployment, notificationOf, startDeployment } from '../../support/deployment.ts';
import { finding } from '../../support/findings.ts';
import { seedQuarantined } from '../../support/quarantined.ts';
import { logObject, logObjectKey, record } from '../../support/records.ts';
import { SignedTrail } from '../../support/signed-trail.ts';
import { type BackfillInAws, backfillInAws } from '../support/backfill-in-aws.ts';
import { type Allows, readPolicy } from '../support/granted-rights.ts';
import { withMcpClient } from '../support/mcp-client.ts';
import { type AskedRight, recordCalls } from '../support/recorded-calls.ts';
import { runCommand } from '../support/run-command.ts';

jest.setTimeout(60_000);

/** Of the default pack: other names are refused. */
const RULE = '6f2851ab-02e1-412c-9fd8-7f7d91dbb441';
const cloudTrail = mockClient(CloudTrailClient);

let deployment: Deployment;
let inAws: BackfillInAws;
let restore: () => void;
let policies: Readonly<Record<'auditor' | 'operator' | 'backfill-operator' | 'sources', Allows>>;
let settings = '';
let settingsFile = '';
/** Of rules/root/root-tag-change.yml. */
const TAG_RULE = '6f2851ab-02e1-412c-9fd8-7f7d91dbb441';
let suppressionId = '';
let event = '';
let findingId = '';
let backfill = '';
let keys: { log: string; digest: string };

beforeAll(async () => {
  deployment = await startDeployment();
  const { aws } = deployment;
  const { buckets, deployment: name } = aws.resources;
  const back = useAwsEnvironment(aws);
  process.env.AWS_ENDPOINT_URL_SNS = aws.endpoints.sns;
  restore = back;
  settings = `
deployment: ${name}
account: '000000000000'
region: us-east-1
sources: [{ name: new, type: trail }, { name: old, type: bucket, bucket: ${buckets.logs} }]
`;
  settingsFile = join(await mkdtemp(join(tmpdir(), 'trailwarden-settings-')), 'trailwarden.yaml');
  await writeFile(settingsFile, settings);
  const templates = synthesize(settings);
  const bucketOf = (named: string) => {
    if (named.includes('-backfill-')) return `${name}-backfill-000000000000-us-east-1`;
    return named.includes('-quarantine-') ? buckets.quarantine : buckets.logs;
  };
  const auditor = readPolicy(templates, 'QueryPolicy', bucketOf);
  const operator = readPolicy(templates, 'OperatorPolicy', bucketOf);
  // An operator has both.
  policies = {
    auditor,
    operator: (asked) => auditor(asked) || operator(asked),
    'backfill-operator': readPolicy(templates, 'BackfillPolicy', bucketOf),
    sources: readPolicy(templates, 'SourcePolicy', bucketOf),
  };
  inAws = await backfillInAws(deployment);
  mockClient(CloudFormationClient)
    .on(DescribeStacksCommand)
    .callsFake(({ StackName }) => ({ Stacks: [{ StackName, StackStatus: 'CREATE_COMPLETE' }] }));
  inAws.lambda.on(GetFunctionConfigurationCommand).resolves({ State: 'Active' });
  keys = await fill();
});

afterAll(async () => {
  inAws.stop();
  restore();
  await deployment.aws.stop();
});

/** A deployment in which every command finds something to do. */
async function fill(): Promise<typeof keys> {
  const { clients, resources: own } = deployment.aws;
  const log = logObjectKey();
  const root = record({ eventID: 'event-of-root', sourceIPAddress: '203.0.113.5' });
  event = 'event-of-root';
  await deployment.put(log, logObject([root, null]));
  await deployment.deliver(notificationOf(deployment, log));
  findingId = finding().findingId;
  const decision = { alertId: '0'.repeat(32), windowMinutes: 15 };
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  const findings = new FindingTable(documents, own.tables.findings);
  await findings.record(finding(), decision, new Date());
  const tagged = finding({
    findingId: 'f1'.repeat(16),
    ruleId: TAG_RULE,
    eventTime: new Date().toISOString(),
    receipt: { bucket: own.buckets.logs, key: log, version: '0'.repeat(32), index: 0 },
  });
  await findings.record(tagged, decision, new Date());
  await seedQuarantined({
    clients,
    ledgerTable: own.tables.ledger,
    quarantineBucket: own.buckets.quarantine,
    object: { bucket: own.buckets.logs, key: logObjectKey(), version: 'v1' },
    records: [JSON.stringify(record())],
  });
  const trail = new SignedTrail({ bucket: own.buckets.logs });
  const [hour] = trail.hours('eu-central-1', 2);
  const digest = hour?.digest.key ?? '';
  for (const file of hour === undefined ? [] : [...hour.logs, hour.digest]) {
    await clients.s3.send(
      new PutObjectCommand({ Bucket: own.buckets.logs, Key: file.key, Body: file.body, Metadata: file.metadata }),
    );
  }
  await clients.sqs.send(
    new SendMessageCommand({
      QueueUrl: own.queues.deadLetters.url,
      MessageBody: JSON.stringify(notificationOf(deployment, log)),
    }),
  );
  cloudTrail.on(ListPublicKeysCommand).resolves({
    PublicKeyList: trail.publicKeys.map(({ fingerprint, value }) => ({
      Fingerprint: fingerprint,
      Value: value,
      ValidityStartTime: new Date(0),
      ValidityEndTime: new Date('2100-01-01T00:00:00Z'),
    })),
  });
  return { log, digest };
}

/** A command line for each command: more than one where it makes other calls for another question. */
function commandLines(): Readonly<Record<string, readonly (readonly string[])[]>> {
  const { buckets } = deployment.aws.resources;
  const s3 = (key: string) => `s3://${buckets.logs}/${key}`;
  return {
    events: [
      ['--since', '30d'],
      ['--by', 'actor'],
    ],
    event: [[event]],
    findings: [
      ['--since', '30d'],
      ['--level', 'high'],
    ],
    'findings mark': [[findingId, 'false', '--reason', 'Migration']],
    'alert list': [[]],
    'alert test': [['--level', 'high']],
    completion: [['bash']],
    'alert show': [['al-none']],
    suppress: [[RULE, '--until', '4h', '--reason', 'Migration']],
    'suppress list': [['--all']],
    'suppress end': [[suppressionId]],
    incident: [[event], ['alice'], ['--since', '2026-11-19']],
    trace: [[event]],
    timeline: [['fs-0123456789abcdef0']],
    // It ends by itself once nobody asks any more.
    ui: [['--no-open', '--idle', '1s']],
    'export events': [['--since', '30d']],
    'export findings': [['--since', '30d', '--format', 'ocsf']],
    // The tool, and its input.
    mcp: [
      ['counts', '{"by":["actor"]}'],
      ['events', '{"since":"30d"}'],
      ['findings', '{"since":"30d"}'],
      ['trace', JSON.stringify({ subject: event })],
      ['timeline', '{"resource":"fs-0123456789abcdef0"}'],
      ['explain', JSON.stringify({ rule: 'Root signed in to the console', eventID: event })],
      ['status', '{}'],
      ['incident', JSON.stringify({ subject: event })],
    ],
    cost: [['--events-per-day', '1000']],
    'rules list': [[]],
    'rules check': [['rules/root']],
    'rules test': [['rules/root']],
    'rules explain': [['Root signed in to the console', event]],
    'rules backtest': [['rules/root/root-login.yml', '--days', '7']],
    'rules tune': [['rules/root/root-tag-change.yml', '--days', '7']],
    'rules report': [['pci-4.0.1', '--since', '7d']],
    scan: [['local/sample']],
    'redrive dead-letters': [['--dry-run'], []],
    'redrive rejected': [['--dry-run'], []],
    'redrive range': [['--since', '2d']],
    'redrive object': [[s3(keys.log), s3(keys.digest)]],
    // What the mocks answer for is held against the policy by npm run test:deploy.
    doctor: [['--wait', '0']],
    init: [['--yes', '--force', '--file', join(tmpdir(), `trailwarden-init-${process.pid}.yaml`)]],
    backfill: [['--since', '2026-11-20', '--until', '2026-11-20', '--yes', '--format', 'json']],
    'backfill status': [[]],
    'backfill stop': [[backfill]],
    'backfill resume': [[backfill]],
    protect: [['--check']],
    repack: [['--dry-run']],
    'source policy': [['old', '--config', settingsFile]],
    'source connect': [['old', '--config', settingsFile]],
    'source check': [['--config', settingsFile]],
    'source disconnect': [['old', '--config', settingsFile]],
    status: [[], ['--index']],
    verify: [[`s3://${buckets.logs}/`]],
  };
}

/** Exit codes where what was asked for isn't there: no alert, an object that is gone, no protection, no segment, no trail. */
const CODES: Readonly<Record<string, number>> = {
  'alert show': 1,
  doctor: 1,
  'redrive range': 1,
  'backfill stop': 1,
  // Nobody has marked a finding of it.
  'rules tune': 1,
  timeline: 1,
  protect: 1,
  repack: 1,
};

async function callsOf(command: string, args: readonly string[]): Promise<readonly AskedRight[]> {
  const { asked, stop } = recordCalls();
  cloudTrail.resetHistory();
  const now = new Date(Date.now() + 60_000);
  const own = deployment.aws.resources.deployment;
  try {
    if (command === 'mcp') {
      const [tool = '', input = ''] = args;
      const { isError, text } = await withMcpClient({ deployment: own, now }, (ask) => ask(tool, JSON.parse(input)));
      expect({ tool, isError, text }).toMatchObject({ isError: false });
      return asked;
    }
    // What needs the settings of a source takes the deployment from them too.
    const isNamed = NEEDED_POLICIES[command] === 'none' || args.includes('--config');
    const options = isNamed ? [] : ['--deployment', own];
    const { code, stdout, stderr } = await runCommand([...command.split(' '), ...args, ...options], {
      now,
    });
    const expected = CODES[command] ?? 0;
    // A command that fails says its reason.
    expect({ command, args, code, stderr: code === expected ? '' : stderr }).toEqual({
      command,
      args,
      code: expected,
      stderr: '',
    });
    if (command === 'suppress') suppressionId = stdout.trim();
    // doctor makes the bucket's name, which the embedded one doesn't have.
    const { buckets, deployment: name } = deployment.aws.resources;
    for (const right of asked)
      if (right.resource.startsWith(`${name}-logs-0`)) Object.assign(right, { resource: buckets.logs });
    if (command === 'backfill' && stdout !== '') backfill = JSON.parse(stdout).run;
    await inAws.settled();
    asked.push(...inAws.takeAsked());
    return cloudTrail.calls().length === 0 ? asked : [...asked, { action: 'cloudtrail:ListPublicKeys', resource: '*' }];
  } finally {
    stop();
  }
}

test.each(Object.entries(NEEDED_POLICIES))('%s says in its help that it needs %j', async (command, needed) => {
  const { code, stdout } = await runCommand([...command.split(' '), '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain(
    { auditor: 'Policy: DEPLOYMENT-auditor-REGION', operator: 'and DEPLOYMENT-operator-REGION' }[String(needed)] ??
      'Policy: ',
  );
});

/** It asks no deployment: test/cli/commands/history holds its calls against what it says. */
const ASKING = Object.entries(NEEDED_POLICIES).filter(([command]) => command !== 'history');

test.each(ASKING)('%s makes no call that its policy does not allow', async (command, needed) => {
  const lines = commandLines()[command] ?? [];
  expect(lines.length).toBeGreaterThan(0);
  const asked: AskedRight[] = [];
  for (const args of lines) asked.push(...(await callsOf(command, args)));
  if (needed === 'none') return expect(asked).toEqual([]);
  expect(asked.length).toBeGreaterThan(0);
  if (typeof needed !== 'string') return;
  expect(asked.filter((right) => !policies[needed](right))).toEqual([]);
});

test('a command that needs the operator’s policy asks for what an auditor may not do', async () => {
  for (const [command, needed] of Object.entries(NEEDED_POLICIES)) {
    if (needed !== 'operator') continue;
    const asked: AskedRight[] = [];
    for (const args of commandLines()[command] ?? []) asked.push(...(await callsOf(command, args)));
    expect({ command, isMore: asked.some((right) => !policies.auditor(right)) }).toEqual({ command, isMore: true });
  }
});

test('all policies fit into a managed policy, and may nothing with a wildcard in its action', () => {
  const deployment = 'a-name-of-20-letters';
  const { audit } = synthesize(`
deployment: ${deployment}
alerts: { channels: [{ name: hub, type: securityhub }] }
`);
  for (const id of ['QueryPolicy', 'OperatorPolicy', 'BackfillPolicy']) {
    const document = JSON.stringify(resources(audit, 'AWS::IAM::ManagedPolicy')[id]?.PolicyDocument);
    // ARNs are longer than the references that stand for them here: the limit of AWS is 6,144 characters.
    const longest = `arn:aws-us-gov:dynamodb:us-gov-east-1:111122223333:table/${deployment}-suppressions`;
    const inFull = document
      .replaceAll(/<[^>]+>/g, longest)
      .replaceAll('arn:aws:', 'arn:aws-us-gov:')
      .replaceAll('eu-central-1', 'us-gov-east-1');
    expect(inFull.length).toBeLessThan(6144);
    expect(document).not.toMatch(/"[a-z0-9]+:[A-Za-z]*\*"/);
  }
});

test('every command has its policy', async () => {
  const namesIn = async (...words: readonly string[]) => {
    const { stdout } = await runCommand([...words, '--help']);
    const [listed = ''] = stdout.slice(stdout.indexOf('Commands:\n') + 'Commands:\n'.length).split('\n\n');
    return [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
  };
  const known = new Set(Object.keys(NEEDED_POLICIES).flatMap((words) => [words, words.split(' ')[0]]));
  const commands = await namesIn();
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.filter((name) => !known.has(name))).toEqual([]);
  for (const group of ['rules', 'redrive', 'alert', 'suppress', 'source', 'findings', 'export', 'backfill']) {
    expect((await namesIn(group)).filter((name) => !known.has(`${group} ${name}`))).toEqual([]);
  }
});
