import fc from 'fast-check';
import { readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import {
  type CorrelationFinding,
  compileRules,
  type Detector,
  formatProblem,
} from '../../../lambda/detection/index.ts';
import { Correlator } from '../../../lambda/runtime/correlator.ts';
import { derive } from '../../rules/pack.ts';
import { ACCOUNT, iamUser, RECEIPT, record } from '../../support/records.ts';
import { SharedStore } from './shared-store.ts';
import { MINUTE } from './support.ts';

const START = Date.UTC(2026, 10, 20);
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A rule that matches the calls of its name. */
function rule(name: string, tactics: string, level = 'low'): string {
  return `title: Noticed ${name}
id: rule-${name}
name: ${name}
tags: [${tactics}]
level: ${level}
logsource: { product: aws, service: cloudtrail }
detection: { s: { eventName: ${name} }, condition: s }
`;
}

const CHAIN = `title: Chain
id: the-chain
level: high
correlation:
  type: chain
  group-by: [recipientAccountId, trailwarden.actor.id]
  timespan: 24h
  condition: { gte: 4, tactics: 3 }
`;

const RULES = [
  rule('ListUsers', 'attack.discovery'),
  rule('CreateUser', 'attack.persistence, attack.t1136.003', 'medium'),
  rule('CreateAccessKey', 'attack.persistence', 'high'),
  rule('StopLogging', 'attack.defense-impairment', 'critical'),
  rule('GetObject', 'attack.exfiltration'),
  rule('Recorded', 'attack.impact', 'informational'),
];

const MANY = `title: Many lists
id: many-lists
level: medium
tags: [attack.collection]
correlation:
  type: event_count
  rules: [GetObject]
  generate: true
  group-by: [recipientAccountId]
  timespan: 10m
  condition: { gte: 3 }
`;
function detectorOf(more: readonly string[] = [], options = {}): Detector {
  const { detector, problems } = compileRules([...RULES, CHAIN, ...more], { derive, ...options });
  expect(problems.map(formatProblem)).toEqual([]);
  return detector;
}

/** A call, some minutes after the start. */
function call(eventName: string, t: number, members: Parameters<typeof record>[0] = {}) {
  const eventTime = new Date(START + t * MINUTE).toISOString();
  return record({ eventID: `${eventName}-${t}`, eventName, eventTime, ...members });
}

function feed(detector: Detector, records: readonly object[]): CorrelationFinding[] {
  return records.flatMap((one) => detector.correlate(one, START)).filter(({ ruleId }) => ruleId === 'the-chain');
}

const ATTACK = ['ListUsers', 'CreateUser', 'CreateAccessKey', 'StopLogging'];
const attack = (members = {}) => ATTACK.map((name, i) => call(name, i, members));

describe('a chain of findings', () => {
  test('fires at the fourth rule, and tells its steps in order', () => {
    const [found, ...others] = feed(detectorOf(), attack());
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      level: 'high',
      value: 4,
      group: { recipientAccountId: ACCOUNT, 'trailwarden.actor.id': `arn:aws:iam::${ACCOUNT}:user/alice` },
      eventIDs: ['ListUsers-0', 'CreateUser-1', 'CreateAccessKey-2', 'StopLogging-3'],
    });
    expect(found?.steps).toEqual(
      ATTACK.map((name, i) => ({
        time: `2026-11-20T00:0${i}:00.000Z`,
        ruleId: `rule-${name}`,
        title: `Noticed ${name}`,
        eventID: `${name}-${i}`,
        action: `ec2:${name}`,
        outcome: 'success',
      })),
    );
  });

  test('tells the steps in the order of time, whatever order the records come in', () => {
    const [found] = feed(detectorOf(), attack().reverse());
    expect(found?.steps?.map(({ title }) => title)).toEqual(ATTACK.map((name) => `Noticed ${name}`));
  });

  test('counts a rule once, and tells when it noticed something first', () => {
    const again = [1, 2, 3, 4, 5].map((t) => call('ListUsers', t));
    expect(feed(detectorOf(), again)).toEqual([]);
    const [found] = feed(detectorOf(), [...again, ...ATTACK.slice(1).map((name, i) => call(name, 10 + i))]);
    expect(found?.steps?.map(({ eventID }) => eventID)[0]).toBe('ListUsers-1');
    expect(found?.value).toBe(4);
  });

  test('wants three tactics: four rules of two are no chain', () => {
    const two = ['attack.persistence', 'attack.discovery', 'attack.persistence, attack.t1078', 'attack.discovery'];
    const rules = two.map((tactics, i) => rule(`Two${i}`, tactics));
    const records = two.map((_, i) => call(`Two${i}`, i));
    expect(feed(detectorOf(rules), records)).toEqual([]);
    expect(feed(detectorOf(rules), [...records, call('GetObject', 9)])).toHaveLength(1);
  });

  test('takes the tactic that ATT&CK 19 divided for no third one beside its parts', () => {
    const names = ['attack.defense-evasion', 'attack.stealth', 'attack.discovery', 'attack.discovery'];
    const rules = names.map((tactics, i) => rule(`Old${i}`, tactics));
    expect(
      feed(
        detectorOf(rules),
        names.map((_, i) => call(`Old${i}`, i)),
      ),
    ).toEqual([]);
  });

  test('leaves out findings of informational', () => {
    const records = [...attack().slice(0, 3), call('Recorded', 9)];
    expect(feed(detectorOf(), records)).toEqual([]);
    expect(feed(detectorOf([], { levels: { 'rule-Recorded': 'low' } }), records)).toHaveLength(1);
  });

  test('leaves out rules that are switched off, and is switched off as any rule', () => {
    expect(feed(detectorOf([], { disabled: ['rule-StopLogging'] }), attack())).toEqual([]);
    expect(feed(detectorOf([], { disabled: ['the-chain'] }), attack())).toEqual([]);
  });

  test('leaves out services and service-linked roles', () => {
    const service = { type: 'AWSService', invokedBy: 'config.amazonaws.com' };
    const role = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
    const linked = {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSServiceRoleForConfig/config`,
      sessionContext: { sessionIssuer: { type: 'Role', arn: role, accountId: ACCOUNT } },
    };
    for (const userIdentity of [service, linked]) expect(feed(detectorOf(), attack({ userIdentity }))).toEqual([]);
  });

  test('is of one actor and one account', () => {
    const [first, second, third, fourth] = attack();
    const others = [iamUser('bob'), iamUser('carol')].map((userIdentity) => ({ ...fourth, userIdentity }));
    const elsewhere = { ...fourth, recipientAccountId: '999988887777' };
    expect(
      feed(
        detectorOf(),
        [first, second, third, ...others, elsewhere].map((one) => ({ ...one })),
      ),
    ).toEqual([]);
  });

  test('fits into 24 hours', () => {
    const late = (minutes: number) => [...attack().slice(0, 3), call('StopLogging', minutes)];
    expect(feed(detectorOf(), late(24 * 60 - 1))).toHaveLength(1);
    expect(feed(detectorOf(), late(24 * 60))).toEqual([]);
  });

  test('is silent for 24 hours after it fired, and then fires again', () => {
    const detector = detectorOf();
    expect(feed(detector, attack())).toHaveLength(1);
    expect(feed(detector, [call('GetObject', 60), ...ATTACK.map((name) => call(name, 23 * 60))])).toEqual([]);
    expect(
      feed(
        detector,
        ATTACK.map((name, i) => call(name, 48 * 60 + i)),
      ),
    ).toHaveLength(1);
  });

  test('has one id, whether its records come once or twice', () => {
    const once = feed(detectorOf(), attack());
    const twice = feed(detectorOf(), [...attack(), ...attack()]);
    expect(twice.map(({ findingId }) => findingId)).toEqual(once.map(({ findingId }) => findingId));
  });

  test('takes a correlation that fired for a step, and tells its last event', () => {
    const many = [10, 11, 12].map((t) => call('GetObject', t));
    const [found] = feed(detectorOf([MANY]), [...many, call('CreateUser', 20), call('StopLogging', 21)]);
    expect(found?.steps?.map(({ ruleId, eventID }) => `${ruleId} ${eventID}`)).toEqual([
      'rule-GetObject GetObject-10',
      'many-lists GetObject-12',
      'rule-CreateUser CreateUser-20',
      'rule-StopLogging StopLogging-21',
    ]);
  });

  test('takes no chain for a step, not even one of others', () => {
    const own = CHAIN.replace('title: Chain', 'title: Short chain\ntags: [attack.impact]')
      .replace('the-chain', 'short-chain')
      .replace('gte: 4, tactics: 3', 'gte: 2');
    const { detector } = compileRules([...RULES, own, CHAIN], { derive });
    const found = attack()
      .slice(0, 3)
      .flatMap((one) => detector.correlate(one, START));
    expect(found.map(({ ruleId }) => ruleId)).toEqual(['short-chain']);
  });
});

test('a chain that could not be stored is told by the next sweep, with the firing that ended it', async () => {
  const detector = detectorOf([MANY]);
  const store = new SharedStore();
  const told: string[] = [];
  let fails = true;
  const correlator = new Correlator({
    detector,
    store,
    report: async ({ ruleId }) => {
      if (ruleId === 'the-chain' && fails) throw new Error('the table does not answer');
      told.push(ruleId);
    },
    now: () => new Date(START + 30 * MINUTE),
  });
  const records = [...[10, 11, 12].map((t) => call('GetObject', t)), call('CreateUser', 1), call('StopLogging', 2)];
  const observed = records.toReversed().map((one) => {
    const read = readEvent(one, RECEIPT);
    if (!read.ok) throw new Error(read.reason);
    return correlator.ofEvent(detector.memberships(one, START, derive(one)), read.event);
  });
  const all = observed.flat();
  const units = Map.groupBy(all, (membership) => correlator.unitOf(membership)).values();
  for (const unit of [...units].toReversed()) await correlator.observe(unit).catch(() => {});
  expect(told).not.toContain('the-chain');
  fails = false;
  await correlator.settleDue({ mustStop: () => false, onFailure: () => {} });
  expect(told).toContain('the-chain');
});

describe('a chain in a rule file', () => {
  const problemsOf = (text: string): string[] => compileRules([...RULES, text]).problems.map(({ message }) => message);

  test('names no rules, and asks for whole numbers from 1', () => {
    expect(problemsOf(CHAIN.replace('type: chain', 'type: chain\n  rules: [ListUsers]'))).toEqual([
      "a chain has no 'rules': its members are the rules whose findings are of low or above",
    ]);
    expect(problemsOf(CHAIN.replace('gte: 4, tactics: 3', 'gte: 1.5, tactics: 0, tactic: 1'))).toEqual([
      "the condition of a chain has no 'tactic'",
      "gte of a chain is a whole number from 1, not the number '1.5'",
      "tactics of a chain is a whole number from 1, not the number '0'",
    ]);
    expect(problemsOf(CHAIN.replace('  condition: { gte: 4, tactics: 3 }\n', ''))).toEqual([
      'a chain needs a condition, as in gte: 4',
    ]);
  });

  test('has another version when a rule of it has', () => {
    const hashOf = (rules: readonly string[]) =>
      compileRules([...rules, CHAIN]).detector.rules.find(({ id }) => id === 'the-chain')?.hash;
    expect(hashOf([...RULES.slice(1), rule('ListUsers', 'attack.discovery', 'high')])).not.toBe(hashOf(RULES));
  });
});

test('a chain fires where the plain model has one, in any order of arrival and with doubles', () => {
  const tactics = ['discovery', 'persistence', 'impact', 'persistence', 'discovery'];
  const names = tactics.map((_, i) => `R${i}`);
  const { detector: _, problems } = compileRules(names.map((name, i) => rule(name, `attack.${tactics[i]}`)));
  expect(problems).toEqual([]);
  const event = fc.record({ name: fc.nat({ max: 4 }), t: fc.nat({ max: 72 * 60 }) });
  const delivery = fc.array(event, { minLength: 1, maxLength: 20 }).chain((events) => {
    const sent = events.map(({ name, t }, i) => call(`R${name}`, t, { eventID: `e${i}` }));
    return fc
      .tuple(fc.shuffledSubarray(sent, { minLength: sent.length }), fc.shuffledSubarray(sent))
      .map(([first, again]) => ({ events, arrivals: [...first, ...again] }));
  });
  fc.assert(
    fc.property(delivery, ({ events, arrivals }) => {
      const rules = names.map((name, i) => rule(name, `attack.${tactics[i]}`));
      const { detector } = compileRules([...rules, CHAIN], { derive });
      const fired = feed(detector, arrivals).map(({ to }) => Date.parse(to) - START);
      const times = events.map(({ t }) => t * MINUTE);
      const holds = (end: number): boolean => {
        const window = events.filter(({ t }) => t * MINUTE > end - DAY && t * MINUTE <= end);
        const rulesThere = new Set(window.map(({ name }) => name));
        return rulesThere.size >= 4 && new Set([...rulesThere].map((name) => tactics[name])).size >= 3;
      };
      for (const end of fired) expect(holds(end)).toBe(true);
      for (const end of times.filter(holds)) expect(fired.some((at) => Math.abs(at - end) < DAY)).toBe(true);
      const sorted = fired.toSorted((a, b) => a - b);
      for (const [i, at] of sorted.slice(1).entries()) expect(at - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(DAY);
    }),
    { numRuns: 200 },
  );
});
