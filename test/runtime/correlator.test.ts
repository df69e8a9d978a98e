import { type CorrelationStore, createDetector, type GroupKey, parseRules } from '../../lambda/detection/index.ts';
import { Correlator } from '../../lambda/runtime/correlator.ts';

const CORRELATION = '5d1f2a10-0a57-4b55-9d0c-6f2f5e6e0c11';
const RULES = `
title: A call was denied
name: denied
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    errorCode: AccessDenied
  condition: selection
---
title: No call was denied
id: ${CORRELATION}
correlation:
  type: event_count
  rules: [denied]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: {eq: 1}
`;

/** A store with a group for each name, which writes down what is read and throws where the test says so. */
function storeOf(groups: readonly string[], log: string[], throwsFor: (group: string) => boolean): CorrelationStore {
  const unused = async () => {
    throw new Error('Settling an empty group asks for nothing else.');
  };
  return {
    due: async () => groups.map((group) => ({ correlation: CORRELATION, group })),
    read: async ({ group }) => {
      log.push(group);
      if (throwsFor(group)) throw new Error('the row is of another version');
      return { members: [], truncated: false, firings: [], version: 1 };
    },
    claim: async () => undefined,
    append: unused,
    look: unused,
    acknowledge: unused,
  };
}

function correlatorOf(store: CorrelationStore): Correlator {
  const { ruleSet, problems } = parseRules([{ file: 'rules.yml', text: RULES }]);
  expect(problems).toEqual([]);
  return new Correlator({
    detector: createDetector(ruleSet),
    store,
    report: async () => {},
    now: () => new Date('2026-11-21T10:00:00Z'),
  });
}

test('a group that throws is told of and counted, and those behind it are judged', async () => {
  const log: string[] = [];
  const failures: GroupKey[] = [];
  const correlator = correlatorOf(storeOf(['a', 'b', 'c'], log, (group) => group === 'a'));
  const outcome = await correlator.settleDue({ mustStop: () => false, onFailure: (key) => failures.push(key) });
  expect(log).toEqual(['a', 'b', 'c']);
  expect(outcome).toEqual({ fired: 0, failed: 1 });
  expect(failures).toEqual([{ correlation: CORRELATION, group: 'a' }]);
});

test('when its time is over, the groups that are left wait for the next call', async () => {
  const log: string[] = [];
  const correlator = correlatorOf(storeOf(['a', 'b', 'c'], log, () => false));
  await correlator.settleDue({ mustStop: () => log.length === 2, onFailure: () => {} });
  expect(log).toEqual(['a', 'b']);
});

test('groups that threw come last in the next call: they take no time from those that wait', async () => {
  const log: string[] = [];
  const correlator = correlatorOf(storeOf(['a', 'b', 'c'], log, (group) => group !== 'c'));
  const settle = (most: number) => correlator.settleDue({ mustStop: () => log.length === most, onFailure: () => {} });
  await settle(2);
  log.length = 0;
  await settle(1);
  expect(log).toEqual(['c']);
});
