import { compileRules, type Detector } from '../lambda/detection/index.ts';

/** What one set of rules costs, over a fixed corpus. */
export interface BenchRow {
  name: string;
  rules: number;
  /** Rules that no index places: they look at every event. */
  unplaced: number;
  eventsPerSecond: number;
  microsecondsPerEvent: number;
  /** Matching, as a part of what JSON.parse of the same bytes takes. */
  ratioToParse: number;
  /** Parsing and matching, likewise. */
  ratioWithParse: number;
}

const EVENTS = 2_000;
const ROUNDS = 40;
const RULE_COUNTS = [60, 800, 3_200];

const SERVICES = ['iam', 'ec2', 's3', 'kms', 'sts', 'lambda', 'rds', 'eks', 'ssm', 'cloudtrail', 'guardduty', 'fsx'];
const VERBS = [
  'Create',
  'Delete',
  'Put',
  'Update',
  'Modify',
  'Describe',
  'Get',
  'List',
  'Attach',
  'Detach',
  'Start',
  'Stop',
];
const NOUNS = [
  'User',
  'Role',
  'Policy',
  'Bucket',
  'Key',
  'Instance',
  'Cluster',
  'Snapshot',
  'Volume',
  'Function',
  'Trail',
];
const AGENTS = [
  'aws-cli/2.15.0 Python/3.11',
  'Boto3/1.34',
  'console.amazonaws.com',
  'APN/1.0 HashiCorp/1.0 Terraform/1.8',
];

/** The same numbers from the same seed: a linear congruential generator is random enough to spread rules and events. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function makeEvents(): string[] {
  const next = numbersFrom(7);
  const pick = (words: readonly string[]): string => words[next(words.length)] ?? '';
  return Array.from({ length: EVENTS }, (_, i) => {
    const account = String(111_111_111_111 + next(20));
    const service = pick(SERVICES);
    const role = `role-${next(200)}`;
    return JSON.stringify({
      eventVersion: '1.10',
      userIdentity: {
        type: 'AssumedRole',
        principalId: `AROAEXAMPLE${next(99_999)}:session-${next(500)}`,
        arn: `arn:aws:sts::${account}:assumed-role/${role}/session-${next(500)}`,
        accountId: account,
        accessKeyId: `ASIAEXAMPLE${next(99_999)}`,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: 'AROAEXAMPLE',
            arn: `arn:aws:iam::${account}:role/${role}`,
            accountId: account,
            userName: role,
          },
          attributes: { creationDate: '2026-11-20T08:00:00Z', mfaAuthenticated: 'false' },
        },
      },
      eventTime: new Date(1_763_596_800_000 + i * 1_000).toISOString().replace('.000', ''),
      eventSource: `${service}.amazonaws.com`,
      eventName: `${pick(VERBS)}${pick(NOUNS)}`,
      awsRegion: 'eu-central-1',
      sourceIPAddress: `203.0.113.${next(255)}`,
      userAgent: pick(AGENTS),
      ...(next(10) === 0
        ? { errorCode: 'AccessDenied', errorMessage: 'User is not authorized to perform this action' }
        : {}),
      requestParameters: {
        resourceId: `res-${next(9_999)}`,
        tags: [
          { key: 'team', value: `team-${next(30)}` },
          { key: 'env', value: 'prod' },
        ],
        policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: `${service}:*`, Resource: '*' }] },
      },
      responseElements: { requestId: `req-${next(99_999)}`, _return: true },
      requestID: `00000000-0000-4000-8000-${String(next(999_999_999)).padStart(12, '0')}`,
      eventID: `11111111-1111-4111-8111-${String(i).padStart(12, '0')}`,
      readOnly: next(2) === 0,
      resources: [
        {
          accountId: account,
          type: 'AWS::Example',
          ARN: `arn:aws:${service}:eu-central-1:${account}:thing/${next(9_999)}`,
        },
      ],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
    });
  });
}

/**
 * Rules in the shapes of public collections: most name their actions, some only a service, one in sixty is a regular
 * expression. The more rules, the more actions they name, as CloudTrail has some 20,000 and a corpus only a few of them.
 */
export function makeRules(count: number): string[] {
  const next = numbersFrom(count);
  const pick = (words: readonly string[]): string => words[next(words.length)] ?? '';
  const action = (): string => `${pick(VERBS)}${pick(NOUNS)}${next(count) < 60 ? '' : next(count)}`;
  const selection = (i: number): string => {
    const source = `eventSource: ${pick(SERVICES)}.amazonaws.com`;
    if (i % 60 === 59) return `userIdentity.arn|re: '.+:assumed-role/tool-${i}:.+'`;
    if (i % 20 === 19) return `userAgent: 'Tool-${i}'`;
    if (i % 10 === 9)
      return `${source}\n    eventName|startswith: '${action()}'\n    requestParameters|contains: 'needle-${i}'`;
    if (i % 4 === 3) return `${source}\n    eventName: [${action()}, ${action()}, ${action()}]`;
    return `${source}\n    eventName: ${action()}\n    requestParameters.attribute|contains: 'value-${i}'`;
  };
  return Array.from(
    { length: count },
    (_, i) => `title: Rule ${i}
id: rule-${count}-${i}
level: low
logsource: { product: aws, service: cloudtrail }
detection:
  selection:
    ${selection(i)}
  filter_service:
    userIdentity.invokedBy|exists: true
  filter_failed:
    errorCode|contains: '*'
  condition: selection and not 1 of filter_*
`,
  );
}

/**
 * The fastest of several rounds of each work, in nanoseconds: other work of the machine only adds time. The works take
 * turns, so that a slow moment of the machine falls on all of them.
 */
function fastest(works: readonly (() => void)[]): number[] {
  const best = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, work] of works.entries()) {
      const start = process.hrtime.bigint();
      work();
      best[i] = Math.min(best[i] ?? 0, Number(process.hrtime.bigint() - start));
    }
  }
  return best;
}

function matchAll(detector: Detector, records: readonly object[]): number {
  let matches = 0;
  for (const record of records) matches += detector.match(record).length;
  return matches;
}

/** Measures matching with 60, 800 and 3,200 made rules over 2,000 made events of about 1.5 KB. */
export async function benchDetection(): Promise<BenchRow[]> {
  const texts = makeEvents();
  const parse = (text: string): object => JSON.parse(text);
  const records = texts.map(parse);
  const detectors = RULE_COUNTS.map((count) => {
    const { detector, problems } = compileRules(makeRules(count));
    if (problems.length > 0) throw new Error(`the made rules have problems: ${problems[0]?.message}`);
    return { count, detector };
  });
  const [parsing = 0, ...times] = fastest([
    () => texts.forEach((text) => void parse(text)),
    ...detectors.flatMap(({ detector }) => [
      () => void matchAll(detector, records),
      () => texts.forEach((text) => void detector.match(parse(text))),
    ]),
  ]);
  return detectors.map(({ count, detector }, i) => {
    const [matching = 0, both = 0] = times.slice(2 * i);
    return {
      name: `detection, ${count} rules`,
      rules: count,
      unplaced: detector.rules.filter(({ indexed }) => !indexed).length,
      eventsPerSecond: Math.round((EVENTS / matching) * 1e9),
      microsecondsPerEvent: Number((matching / EVENTS / 1_000).toFixed(2)),
      ratioToParse: Number((matching / parsing).toFixed(3)),
      ratioWithParse: Number((both / parsing).toFixed(3)),
    };
  });
}

if (import.meta.main) console.table(await benchDetection());
