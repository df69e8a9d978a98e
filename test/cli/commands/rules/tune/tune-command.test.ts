import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readEvent } from '../../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { createDetector, parseRules } from '../../../../../lambda/detection/index.ts';
import { findingOf } from '../../../../../lambda/findings/event-finding.ts';
import type { JsonObject } from '../../../../../lambda/shared/json.ts';
import { FindingMarks, type Verdict } from '../../../../../lambda/store/findings/finding-marks.ts';
import { derive } from '../../../../rules/pack.ts';
import { ACCOUNT, iamUser, record } from '../../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../../support/asked-deployment.ts';
import { runCommand } from '../../../support/run-command.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporary-folder.ts';

const RULE = `title: User created
id: 2f0b6a51-93a7-4f0a-8b0a-0c7d5a6e1f01
level: medium
logsource: { product: aws, service: cloudtrail }
detection: { s: { eventSource: iam.amazonaws.com, eventName: CreateUser }, condition: s }
`;
const { ruleSet } = parseRules([{ text: RULE }]);
const PIPELINE = `arn:aws:iam::${ACCOUNT}:user/pipeline`;
const MARKED = { reason: 'The pipeline does that', by: 'dana', at: '2026-11-20T16:00:00Z' };

let deployment: AskedDeployment;
let folder: TemporaryFolder;
let file: string;

beforeEach(async () => {
  deployment = await startAskedDeployment();
  folder = await temporaryFolder();
  file = await folder.write('rule.yml', RULE);
});
afterEach(async () => {
  await folder.remove();
  await deployment.stop();
});

function created(number: number, members: JsonObject = {}): JsonObject {
  return record({
    eventID: `e-${number}`,
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    eventTime: `2026-11-20T${String(number).padStart(2, '0')}:00:00Z`,
    userIdentity: iamUser('pipeline'),
    userAgent: `Terraform/1.${number}.0 md/x`,
    requestParameters: { userName: `app-${number}` },
    ...members,
  });
}

/** Records and their findings, each with its own alert; marked where a verdict is given. */
async function found(given: readonly (readonly [JsonObject, Verdict?])[]): Promise<void> {
  const key = await deployment.put(given.map(([one]) => one));
  const { clients, resources } = deployment.aws;
  const version = await versionOf(key);
  const marks = new FindingMarks(DynamoDBDocumentClient.from(clients.dynamodb), resources.tables.findings);
  const detector = createDetector(ruleSet, { derive });
  for (const [index, [one, verdict]] of given.entries()) {
    const read = readEvent(one, { bucket: resources.buckets.logs, key, version, index });
    if (!read.ok) throw new Error(read.reason);
    const [match] = detector.match(one);
    if (match === undefined) throw new Error('the rule does not match');
    const finding = findingOf(read.event, match);
    await deployment.record(finding, `alert-${finding.eventID}`);
    if (verdict !== undefined) await marks.mark(finding.findingId, { verdict, ...MARKED });
  }
}

async function versionOf(Key: string): Promise<string> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const { clients, resources } = deployment.aws;
  const { ETag = '' } = await clients.s3.send(new GetObjectCommand({ Bucket: resources.buckets.logs, Key }));
  return ETag.replaceAll('"', '');
}

const tune = (...args: string[]) =>
  runCommand(['rules', 'tune', file, ...args, '--deployment', deployment.aws.resources.deployment], {
    now: new Date('2026-11-21T00:00:00Z'),
  });

async function tuned(...args: string[]) {
  const { stdout, stderr, code } = await tune('--format', 'json', ...args);
  return { code, stderr, report: JSON.parse(stdout) };
}

/** Ids of the events that the rule finds with a filter. */
function foundWith(filter: string, records: readonly JsonObject[]): unknown[] {
  const { ruleSet: filtered, problems } = parseRules([{ text: RULE }, { text: filter }]);
  expect(problems).toEqual([]);
  const detector = createDetector(filtered, { derive });
  return records.filter((one) => detector.match(one).length > 0).map(({ eventID }) => eventID);
}

test('what was marked as false becomes a Sigma filter of the actor and what else its calls have in common', async () => {
  const intruder = created(9, { userIdentity: iamUser('eve') });
  await found([[created(1), 'false'], [created(2), 'false'], [created(3)], [intruder, 'true']]);
  const { code, report } = await tuned();
  expect(code).toBe(0);
  expect(report).toMatchObject({
    marks: { true: 1, false: 2 },
    selections: [{ fields: ['trailwarden.actor.id', 'sourceIPAddress'], madeFrom: 2 }],
    hidden: { true: 0, false: 2, unmarked: 1 },
    before: { findings: 4, alerts: 4 },
    after: { findings: 1, alerts: 1 },
    byDay: [{ day: '2026-11-20', before: { findings: 4, alerts: 4 }, after: { findings: 1, alerts: 1 } }],
    refused: [],
    unread: 0,
  });
  expect(foundWith(report.filter, [created(1), created(4), intruder])).toEqual(['e-9']);
  expect(foundWith(report.filter, [created(5, { sourceIPAddress: '198.51.100.7' })])).toEqual(['e-5']);
});

test('a filter becomes narrower until it hides nothing that was marked as true', async () => {
  const stolen = created(9, { userAgent: 'Boto3/1.40', requestParameters: { userName: 'backdoor' } });
  await found([
    [created(1), 'false'],
    [created(2), 'false'],
    [stolen, 'true'],
  ]);
  const { report } = await tuned();
  expect(report.selections).toEqual([
    { fields: ['trailwarden.actor.id', 'sourceIPAddress', 'userAgent|startswith'], madeFrom: 2 },
  ]);
  expect(foundWith(report.filter, [created(1), stolen])).toEqual(['e-9']);
});

test('none is made that would hide a finding marked as true, and it says which', async () => {
  const same = created(9);
  await found([
    [created(1), 'false'],
    [created(2), 'false'],
    [same, 'true'],
  ]);
  const { code, report, stderr } = await tuned();
  expect(code).toBe(1);
  expect(report).toMatchObject({ filter: null, hidden: { true: 0, false: 0, unmarked: 0 } });
  expect(report.refused).toEqual([
    {
      actor: PIPELINE,
      findings: expect.any(Array),
      reason: expect.stringMatching(/^it would hide the finding [0-9a-f]{32}, which is marked as true$/),
    },
  ]);
  expect(report.after).toEqual(report.before);
  expect(stderr).toContain('each one would hide too much');
});

test('none is made that would hide what a labelled test of the rule must find', async () => {
  const { eventTime: _, eventID: __, ...event } = created(1);
  await folder.write(
    'rule.test.yml',
    JSON.stringify({ tests: [{ name: 'the pipeline is found', match: true, event }] }),
  );
  const other = iamUser('carol');
  await found([
    [created(1), 'false'],
    [created(2), 'false'],
    [created(3, { userIdentity: other }), 'false'],
  ]);
  const { code, report } = await tuned();
  expect(code).toBe(0);
  expect(report.refused).toEqual([
    expect.objectContaining({
      actor: PIPELINE,
      reason: "it would hide what the rule's test 'the pipeline is found' must find",
    }),
  ]);
  expect(foundWith(report.filter, [created(1), created(3, { userIdentity: other })])).toEqual(['e-1']);
});

test('only marks count: what nobody looked at makes no filter', async () => {
  await found([[created(1)], [created(2)], [created(3, { userIdentity: iamUser('eve') }), 'true']]);
  const { code, report, stderr } = await tuned();
  expect(code).toBe(1);
  expect(report).toMatchObject({ filter: null, marks: { true: 1, false: 0 } });
  expect(stderr).toContain('no finding of the rule is marked as false');
});

test('a mark of long ago counts, and the days that are shown don’t begin with it', async () => {
  await found([[created(1, { eventTime: '2026-06-01T00:00:00Z' }), 'false'], [created(2)]]);
  const { report } = await tuned('--days', '7');
  expect(report).toMatchObject({ marks: { false: 1 }, before: { findings: 1 }, after: { findings: 0 }, days: 7 });
});

test('one field in common is too little', async () => {
  await found([
    [created(1, { sourceIPAddress: '192.0.2.1', userAgent: 'a/1', awsRegion: 'eu-west-1' }), 'false'],
    [created(2, { sourceIPAddress: '192.0.2.2', userAgent: 'b/1', awsRegion: 'eu-west-2' }), 'false'],
    [created(3, { sourceIPAddress: '192.0.2.3', userAgent: 'c/1', awsRegion: 'eu-west-3' }), 'false'],
    [created(4, { sourceIPAddress: '192.0.2.4', userAgent: 'd/1', awsRegion: 'us-east-1' }), 'false'],
    [created(5, { sourceIPAddress: '192.0.2.5', userAgent: 'e/1', awsRegion: 'us-east-2' }), 'false'],
  ]);
  const { code, report } = await tuned();
  expect(code).toBe(1);
  expect(report.refused[0].reason).toBe('its calls have no second field in common');
});

test('values that look like wildcards mean themselves, and reasons of any form stay text', async () => {
  const odd = created(1, { sourceIPAddress: 'a*b?.amazonaws.com', userAgent: 'x*y' });
  await found([[odd, 'false']]);
  const { report } = await tuned();
  expect(
    foundWith(report.filter, [odd, created(2, { sourceIPAddress: 'a--b-.amazonaws.com', userAgent: 'x--y' })]),
  ).toEqual(['e-2']);
});

test('the filter goes into a file that is not there yet, and that scan loads beside the rule', async () => {
  await found([[created(1), 'false']]);
  const out = `${folder.path}/known.yml`;
  const { code, stdout } = await tune('--out', out);
  expect(code).toBe(0);
  expect(stdout).toContain('In all 1 finding in 1 alert, then 0 findings in 0 alerts');
  const events = await folder.write(
    'events/log.json',
    JSON.stringify({ Records: [created(1), created(2, { sourceIPAddress: '192.0.2.9' })] }),
  );
  const scan = await runCommand(['scan', events, '--rules', file, out, '--format', 'jsonl']);
  expect(
    scan.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).eventID),
  ).toEqual(['e-2']);
  const again = await tune('--out', out);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('known.yml can’t be written'.replace('’', "'"));
});

test('no more is read than --max-reads allows', async () => {
  await found([
    [created(1), 'false'],
    [created(2), 'false'],
  ]);
  const { code, stderr } = await tune('--max-reads', '1');
  expect(code).toBe(3);
  expect(stderr).toContain('--max-reads');
});

test('a correlation has no filter of its own', async () => {
  const correlation = `title: Many users
id: many-users
correlation: { type: event_count, rules: [User created], group-by: [recipientAccountId], timespan: 10m, condition: { gte: 2 } }
`;
  file = await folder.write('rule.yml', `${RULE}---\n${correlation}`);
  const { code, stderr } = await runCommand([
    'rules',
    'tune',
    'many-users',
    '--rules',
    file,
    '--deployment',
    deployment.aws.resources.deployment,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain("'Many users' is a correlation, and a filter narrows detection rules");
});
