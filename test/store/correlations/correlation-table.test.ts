import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import {
  type CorrelationFinding,
  compileRules,
  type Detector,
  observe,
  runAsync,
  settle,
} from '../../../lambda/detection/index.ts';
import { CorrelationTable } from '../../../lambda/store/correlations/correlation-table.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

const LATENESS = 20 * 60_000;
const START = Date.parse('2026-11-20T14:00:00Z');

const base = (name: string, eventName: string) => `
title: ${name}
name: ${name}
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName: ${eventName}
  condition: selection
`;

const rules = (correlation: string) => [
  base('a', 'A'),
  base('b', 'B'),
  `
title: correlated
id: 0d9b6c1e-7d62-4e6c-8a55-3f0e5b2a9c11
correlation:
${correlation}
  group-by: [userName]
  timespan: 10m
level: high
`,
];

const CORRELATIONS = {
  event_count: rules('  type: event_count\n  rules: [a]\n  condition: {gte: 3}'),
  value_count: rules('  type: value_count\n  rules: [a, b]\n  condition: {field: value, gt: 2}'),
  temporal: rules('  type: temporal\n  rules: [a, b]'),
  temporal_ordered: rules('  type: temporal_ordered\n  rules: [a, b]'),
  'event_count that waits': rules('  type: event_count\n  rules: [a]\n  condition: {lt: 2}'),
  value_sum: rules('  type: value_sum\n  rules: [a]\n  condition: {field: value, gte: 5}'),
} as const;

interface Event {
  minute: number;
  eventName: 'A' | 'B';
  userName: string;
  value: number;
  id: number;
}

const events = fc.array(
  fc.record<Event>({
    minute: fc.integer({ min: 0, max: 40 }),
    eventName: fc.constantFrom('A', 'B'),
    userName: fc.constantFrom('x', 'y'),
    value: fc.integer({ min: 0, max: 4 }),
    id: fc.integer({ min: 0, max: 12 }),
  }),
  { maxLength: 14 },
);

const recordOf = ({ minute, eventName, userName, value, id }: Event) => ({
  eventID: `e-${id}`,
  eventTime: new Date(START + minute * 60_000).toISOString(),
  eventSource: 'x.amazonaws.com',
  eventName,
  recipientAccountId: '111122223333',
  userName,
  value,
});

let aws: EmbeddedAws;
let documents: DynamoDBDocumentClient;
let runs = 0;

beforeAll(async () => {
  aws = await startEmbeddedAws();
  documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
});

afterAll(() => aws.stop());

/** Each run has groups of its own in the one table. */
function ofThisRun(texts: readonly string[]): string[] {
  runs++;
  return texts.map((text) => text.replace('0d9b6c1e', String(runs).padStart(8, '0')));
}

const table = (now: () => number) =>
  new CorrelationTable(
    documents,
    aws.resources.tables.correlations,
    () => new Date(now()),
    ({ key, reason }) => {
      throw new Error(`${key} was set aside: ${reason}`);
    },
  );

function detectorOf(texts: readonly string[]): Detector {
  const { detector, problems } = compileRules(texts);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return detector;
}

/** The clock goes on by a minute an event, so that whatever lateness does is the same in both. */
const clockOf = (index: number) => START + 45 * 60_000 + index * 60_000;
const END = START + 24 * 3_600_000;

function inMemory(texts: readonly string[], list: readonly Event[]): CorrelationFinding[] {
  const detector = detectorOf(texts);
  const findings = list.flatMap((event, index) => detector.correlate(recordOf(event), clockOf(index)));
  return [...findings, ...detector.settle(END)];
}

async function inDynamo(texts: readonly string[], list: readonly Event[]): Promise<CorrelationFinding[]> {
  const detector = detectorOf(texts);
  let now = START;
  const store = table(() => now);
  const findings: CorrelationFinding[] = [];
  const settleAt = async (at: number) => {
    now = at;
    for (const key of await store.due(at)) {
      const outcome = await runAsync(settle(detector.correlations, key, { now: at, lateness: LATENESS }), store);
      findings.push(...outcome.findings);
      for (const { key: group, firingIds } of outcome.unacknowledged) await store.acknowledge(group, firingIds);
    }
  };
  for (const [index, event] of list.entries()) {
    await settleAt(clockOf(index));
    const memberships = detector.memberships(recordOf(event), now);
    const outcome = await runAsync(observe(detector.correlations, memberships, { now, lateness: LATENESS }), store);
    findings.push(...outcome.findings);
    for (const { key, firingIds } of outcome.unacknowledged) await store.acknowledge(key, firingIds);
  }
  // Sweep comes every minute.
  for (let at = clockOf(list.length); at < clockOf(list.length) + 120 * 60_000; at += 60_000) await settleAt(at);
  return findings;
}

const told = (findings: readonly CorrelationFinding[]) =>
  findings
    .map(({ findingId, group, from, to, eventIDs, value }) =>
      JSON.stringify({ findingId, group, from, to, eventIDs, value }),
    )
    .sort();

test.each(Object.entries(CORRELATIONS))(
  '%s finds the same in DynamoDB as in memory, for the same arrival order',
  async (_, texts) => {
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const mine = ofThisRun(texts);
        expect(told(await inDynamo(mine, list))).toEqual(told(inMemory(mine, list)));
      }),
      { numRuns: 12 },
    );
  },
  60_000,
);

describe('two functions at once', () => {
  const crowd: Event[] = [0, 1, 2, 3].map((id) => ({ minute: id, eventName: 'A', userName: 'x', value: 1, id }));

  test('claim a window once, whoever is faster', async () => {
    const mine = ofThisRun(CORRELATIONS.event_count);
    const ids = await Promise.all(
      crowd.map(async (event) => {
        const detector = detectorOf(mine);
        const store = table(() => START);
        const memberships = detector.memberships(recordOf(event), START);
        const { findings } = await runAsync(
          observe(detector.correlations, memberships, { now: START, lateness: LATENESS }),
          store,
        );
        return findings.map(({ findingId }) => findingId);
      }),
    );
    // Until it is acknowledged a firing is told to everybody who looks, always under the one id.
    expect(new Set(ids.flat()).size).toBe(1);
  });

  test('an event that comes twice is one member', async () => {
    const mine = ofThisRun(CORRELATIONS.event_count);
    const twice = crowd.slice(0, 2);
    expect(await inDynamo(mine, [...twice, ...twice, ...twice])).toEqual([]);
  });
});

test('a firing that nobody acknowledged is told again, by sweep too', async () => {
  const mine = ofThisRun(CORRELATIONS.temporal);
  const detector = detectorOf(mine);
  const store = table(() => START);
  const options = { now: START, lateness: LATENESS };
  const pair: Event[] = [
    { minute: 0, eventName: 'A', userName: 'x', value: 1, id: 1 },
    { minute: 1, eventName: 'B', userName: 'x', value: 1, id: 2 },
  ];
  for (const event of pair)
    await runAsync(observe(detector.correlations, detector.memberships(recordOf(event), START), options), store);
  const later = START + 16 * 60_000;
  const keys = (await store.due(later)).filter(({ correlation }) =>
    correlation.startsWith(String(runs).padStart(8, '0')),
  );
  expect(keys).toHaveLength(1);
  for (const key of keys) {
    const { findings, unacknowledged } = await runAsync(
      settle(detector.correlations, key, { ...options, now: later }),
      store,
    );
    expect(findings).toHaveLength(1);
    for (const { key: group, firingIds } of unacknowledged) await store.acknowledge(group, firingIds);
  }
  expect(
    (await store.due(later)).filter(({ correlation }) => correlation.startsWith(String(runs).padStart(8, '0'))),
  ).toEqual([]);
});
