import { compileRules } from '../../../lambda/detection/index.ts';
import { detectorOf, problemsOf } from '../support.ts';
import { BASE, correlationOf } from './support.ts';

const RIGHT = 'type: event_count\nrules: [a]\ngroup-by: [user]\ntimespan: 10m\ncondition: { gte: 3 }';

function valuesOf(type: string, condition: string): string {
  return RIGHT.replace('event_count', type).replace('gte: 3', `field: x, ${condition}`);
}

function refusal(section: string, extra?: string): string {
  const { problems, detector } = compileRules([BASE, correlationOf(section, extra)]);
  expect(detector.rules.map(({ kind }) => kind)).toEqual(['detection', 'detection', 'detection']);
  // The rules that a refused correlation names speak for themselves.
  expect(detector.match({ eventName: 'a' })).toHaveLength(1);
  return problems.map(({ message, suggestion }) => (suggestion ? `${message} -> ${suggestion}` : message)).join('\n');
}

describe('correlation rules', () => {
  test.each(['a', 'id-a', 'Rule a', 'ID-A'])('name a rule by its id, name or title: %s', (reference) => {
    const detector = detectorOf([
      BASE,
      correlationOf(RIGHT.replace('[a]', `[${reference}]`).replace('gte: 3', 'gte: 1')),
    ]);
    expect(detector.correlate({ eventName: 'a', eventID: 'x' }, 0)).toHaveLength(1);
    expect(detector.correlate({ eventName: 'b', eventID: 'y' }, 0)).toHaveLength(0);
  });

  it('prefer an id to a name, and a name to a title', () => {
    const clash = `title: a\nid: id-clash\nlogsource: { product: aws }\ndetection: { s: { eventName: z }, condition: s }\n`;
    const detector = detectorOf([clash, BASE, correlationOf(RIGHT.replace('gte: 3', 'gte: 1'))]);
    expect(detector.correlate({ eventName: 'a', eventID: 'x' }, 0)).toHaveLength(1);
    expect(detector.correlate({ eventName: 'z', eventID: 'y' }, 0)).toHaveLength(0);
  });

  it('stand in any document, before the rules or after', () => {
    const both = (yaml: string[]) => detectorOf(yaml).correlate({ eventName: 'a', eventID: 'x' }, 0).length;
    const one = correlationOf(RIGHT.replace('gte: 3', 'gte: 1'));
    expect([both([BASE, one]), both([one, BASE]), both([`${one}---\n${BASE}`])]).toEqual([1, 1, 1]);
  });

  it('take a single rule and a single field without a list', () => {
    expect(
      problemsOf([
        BASE,
        correlationOf('type: event_count\nrules: a\ngroup-by: user\ntimespan: 1d\ncondition: { gte: "3" }'),
      ]),
    ).toEqual([]);
  });

  test.each(['30s', '90m', '2h', '7d'])('have a timespan like %s', (timespan) => {
    expect(problemsOf([BASE, correlationOf(RIGHT.replace('10m', timespan))])).toEqual([]);
  });

  test.each(['10', 'm', '0m', '-5m', '1.5h', '1w', '5M', '10 m', '1h30m', '[10m]', '', "'10m '"])(
    'have none like %s',
    (timespan) => {
      expect(refusal(RIGHT.replace('10m', timespan))).toMatch(
        /^the timespan '.*' is not a number of s, m, h or d, as in 90m$/,
      );
    },
  );

  test.each([
    ['no type', RIGHT.replace('type: event_count\n', ''), 'the correlation has no type'],
    [
      'an unknown type',
      RIGHT.replace('event_count', 'event_cuont'),
      "unknown correlation type 'event_cuont' -> event_count",
    ],
    ['a type that is none', RIGHT.replace('event_count', '[x]'), 'unknown correlation type a list'],
    ['no rules', RIGHT.replace('rules: [a]\n', ''), 'the correlation names no rules'],
    ['an empty list of rules', RIGHT.replace('[a]', '[]'), 'the list of rules is empty'],
    ['a map of rules', RIGHT.replace('[a]', '{ a: b }'), 'a rule is named by its id, name or title, not by a map'],
    ['a rule twice', RIGHT.replace('[a]', '[a, a]'), "the rule 'a' is named twice"],
    ['a rule by two names', RIGHT.replace('[a]', '[a, id-a]'), "'id-a' is named twice"],
    ['an unknown rule', RIGHT.replace('[a]', '[a, id-x]'), "there is no rule 'id-x' -> id-a"],
    ['no timespan', RIGHT.replace('timespan: 10m\n', ''), 'the correlation has no timespan'],
    [
      'a mistyped key',
      RIGHT.replace('timespan', 'timespann'),
      "a correlation has no 'timespann' -> timespan\nthe correlation has no timespan",
    ],
    ['a key of another engine', `${RIGHT}\nwindow: tumbling`, "a correlation has no 'window'"],
    ['group-by that is a map', RIGHT.replace('[user]', '{ a: b }'), 'group-by names fields, not a map'],
    [
      'group-by with a modifier',
      RIGHT.replace('[user]', "['user|contains']"),
      "'user|contains' is a field with a modifier: only its name belongs here",
    ],
    ['group-by that names a field twice', RIGHT.replace('[user]', '[user, user]'), "group-by names 'user' twice"],
    [
      'too many group-by fields',
      RIGHT.replace('[user]', '[a,b,c,d,e,f,g,h,i,j,k]'),
      'group-by names more than 10 fields',
    ],
    ['no condition', RIGHT.replace(/\ncondition.*/, ''), 'a correlation of type event_count needs a condition'],
    [
      'a condition in text',
      RIGHT.replace('{ gte: 3 }', 'a and b'),
      'the condition of a correlation is a map of operators, as in gte: 10',
    ],
    ['an unknown operator', RIGHT.replace('gte', 'gtee'), "unknown operator 'gtee' -> gte"],
    ['a threshold that is no number', RIGHT.replace('3', 'many'), "gte needs a number, not the text 'many'"],
    ['an infinite threshold', RIGHT.replace('3', '.inf'), "gte needs a number, not the number '.inf'"],
    ['an empty condition', RIGHT.replace('{ gte: 3 }', '{}'), 'the condition has none of gt, gte, lt, lte, eq, neq'],
    [
      'a field where events are counted',
      RIGHT.replace('gte: 3', 'gte: 3, field: x'),
      'event_count counts events and has no field',
    ],
    [
      'a percentile where none is computed',
      RIGHT.replace('gte: 3', 'gte: 3, percentile: 5'),
      "unknown operator 'percentile'",
    ],
    [
      'a count that no group has',
      RIGHT.replace('gte: 3', 'lt: 1'),
      'the condition can never hold: event_count is from 1',
    ],
    ['a count of none', RIGHT.replace('gte: 3', 'eq: 0'), 'the condition can never hold: event_count is from 1'],
    [
      'a range without a number in it',
      RIGHT.replace('gte: 3', 'gt: 3, lt: 4'),
      'the condition can never hold: event_count is from 1',
    ],
    [
      'more rules than there are',
      'type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: { gte: 3 }',
      'the condition can never hold: temporal is from 1 to 2',
    ],
    [
      'a count of values below none',
      valuesOf('value_count', 'lt: 0'),
      'the condition can never hold: value_count is a whole number from 0',
    ],
    [
      'a count of values between two that follow each other',
      valuesOf('value_count', 'gt: 3, lt: 4'),
      'the condition can never hold: value_count is a whole number from 0',
    ],
    [
      'a sum above and below',
      valuesOf('value_sum', 'gt: 4, lt: 3'),
      'the condition can never hold: its parts exclude each other',
    ],
    [
      'an average that is a number and is not',
      valuesOf('value_avg', 'eq: 3, neq: 3'),
      'the condition can never hold: its parts exclude each other',
    ],
    [
      'generate that is no boolean',
      `${RIGHT}\ngenerate: sometimes`,
      "generate is true or false, not the text 'sometimes'",
    ],
    ['aliases that are no map', `${RIGHT}\naliases: x`, 'aliases must be a map'],
    ['an alias that is no map', `${RIGHT}\naliases: { user: x }`, "the alias 'user' must map rules to their fields"],
    [
      'an alias without a field',
      `${RIGHT}\naliases: { user: { a: [x] } }`,
      "the alias 'user' must name a field for 'a'",
    ],
    [
      'an alias of an unknown rule',
      `${RIGHT}\naliases: { user: { a: x, id-x: y } }`,
      "there is no rule 'id-x' -> id-a",
    ],
    [
      'an alias of a rule it does not name',
      `${RIGHT}\naliases: { user: { a: x, b: y } }`,
      "the correlation does not name 'b'",
    ],
    [
      'an alias that leaves a rule out',
      `${RIGHT.replace('[a]', '[a, b]')}\naliases: { user: { a: x } }`,
      "the alias 'user' says nothing of the rule 'Rule b'",
    ],
    ['no field', RIGHT.replace('event_count', 'value_count'), 'value_count needs a field in its condition'],
    ['no field to add up', RIGHT.replace('event_count', 'value_sum'), 'value_sum needs a field in its condition'],
    [
      'several fields to add up',
      RIGHT.replace('event_count', 'value_sum').replace('gte: 3', 'gte: 3, field: [x, y]'),
      'value_sum takes one field, not 2',
    ],
    [
      'a percentile out of range',
      RIGHT.replace('event_count', 'value_percentile').replace('gte: 3', 'gte: 3, field: x, percentile: 101'),
      "percentile is a number from 0 to 100, not the number '101'",
    ],
    [
      'itself',
      RIGHT.replace('[a]', '[c-id]'),
      "the correlation names itself, over others or at once\nthe correlation 'c-id' is rejected itself",
    ],
  ])('are refused for %s', (_, section, why) => {
    expect(refusal(section)).toBe(why);
  });

  it('are refused for anything but a map', () => {
    expect(problemsOf('title: C\ncorrelation: [a]\n')).toEqual([
      '<rules>:2:14: the correlation must be a map (rule: C)',
    ]);
  });

  it('are refused for one that is refused, each problem being told once', () => {
    const inner = correlationOf(RIGHT.replace('[a]', '[id-x]'), 'title: Inner\nname: inner\n');
    const outer = correlationOf(RIGHT.replace('[a]', '[inner]'), 'title: Outer\n');
    for (const yaml of [
      [BASE, inner, outer],
      [BASE, outer, inner],
    ]) {
      const { problems } = compileRules(yaml);
      expect(problems.map(({ message }) => message).sort()).toEqual([
        "the correlation 'inner' is rejected itself",
        "there is no rule 'id-x'",
      ]);
    }
  });

  it('are refused for a generate beside them that is mistyped', () => {
    expect(refusal(RIGHT, 'title: C\nid: c-id\ngenerte: true\n')).toBe("unknown key 'generte' -> generate");
  });

  test.each([
    ['value_count', 'lt: 1'],
    ['value_sum', 'gt: 3, lt: 4'],
    ['value_avg', 'gte: -0.5, lte: -0.5'],
    ['value_median', 'gt: 0.1, lt: 0.2, neq: 0.12'],
  ])('of type %s may ask for %s', (type, condition) => {
    expect(problemsOf([BASE, correlationOf(valuesOf(type, condition))])).toEqual([]);
  });

  it('are refused for a ring of them', () => {
    const ring = (name: string, other: string) =>
      correlationOf(
        `type: event_count\nrules: [${other}]\ntimespan: 5m\ncondition: { gte: 1 }`,
        `title: ${name}\nname: ${name}\n`,
      );
    const problems = problemsOf([BASE, ring('x', 'y'), ring('y', 'z'), ring('z', 'x')]);
    expect(problems.some((problem) => problem.includes('names itself'))).toBe(true);
    expect(compileRules([BASE, ring('x', 'y'), ring('y', 'z'), ring('z', 'x')]).detector.rules).toHaveLength(3);
  });

  it('are refused with a rule that is refused, and for a title that two rules have', () => {
    const broken = BASE.replace('condition: s', 'condition: nothing');
    for (const reference of ['a', 'ID-A', 'Rule a']) {
      expect(problemsOf([broken, correlationOf(RIGHT.replace('[a]', `[${reference}]`))]).at(-1)).toContain(
        `the rule '${reference}' is rejected itself`,
      );
    }
    const twins = [BASE, BASE.replaceAll('id-', 'other-').replaceAll('name: ', 'name: other-')];
    expect(problemsOf([...twins, correlationOf(RIGHT.replace('[a]', '[Rule a]'))])[0]).toContain(
      "2 rules have the title 'Rule a': name one by id",
    );
  });

  it('tell of an unknown rule along with everything else', () => {
    expect(refusal(RIGHT.replace('[a]', '[id-x]').replace('10m', '10'))).toBe(
      "the timespan '10' is not a number of s, m, h or d, as in 90m\nthere is no rule 'id-x' -> id-a",
    );
  });

  it('have no bracketed quantifiers, and positions from sigma-version 3 on', () => {
    const v3 = 'title: C\nsigma-version: 3\n';
    expect(refusal(RIGHT.replace('[user]', "['l[any].x']"), v3)).toBe("'l[any].x' names members, not a field");
    const detector = detectorOf([BASE, correlationOf(RIGHT.replace('[user]', "['l[0].x']").replace('3', '2'), v3)]);
    expect(detector.correlate({ eventName: 'a', eventID: '1', l: [{ x: 1 }, { x: 2 }] }, 0)).toEqual([]);
    expect(detector.correlate({ eventName: 'a', eventID: '2', l: [{ x: 1 }, { x: 3 }] }, 0)).toHaveLength(1);
  });

  it('follow the rules that they name to another log source', () => {
    const windows = BASE.replaceAll('{ product: aws, service: cloudtrail }', '{ product: windows }')
      .replaceAll('id-', 'w-')
      .replaceAll('name: ', 'name: w');
    const only = compileRules([windows, correlationOf(RIGHT.replace('[a]', '[wa]'))]);
    expect(only.problems).toEqual([]);
    expect(only.skipped.map(({ title, reason }) => `${title}: ${reason}`)).toEqual([
      'Rule a: logsource',
      'Rule b: logsource',
      'Rule c: logsource',
      'C: logsource',
    ]);
    const mixed = compileRules([
      windows.replaceAll('Rule', 'W'),
      BASE,
      correlationOf(RIGHT.replace('[a]', '[a, wb]').replace('3', '1')),
    ]);
    expect([mixed.problems, mixed.skipped.length]).toEqual([[], 3]);
    expect(mixed.detector.correlate({ eventName: 'a', eventID: 'x' }, 0)).toHaveLength(1);
    const temporal = compileRules([
      windows.replaceAll('Rule', 'W'),
      BASE,
      correlationOf('type: temporal\nrules: [a, wb]\ntimespan: 5m'),
    ]);
    expect(temporal.detector.correlate({ eventName: 'a', eventID: 'x' }, 0)).toHaveLength(0);
  });

  it('are described with the rest', () => {
    const described = detectorOf([BASE, correlationOf(RIGHT)]).rules.find(({ kind }) => kind === 'correlation');
    expect(described).toMatchObject({
      id: 'c-id',
      title: 'C',
      level: 'medium',
      indexed: true,
      actions: [],
      fields: [],
      finding: true,
    });
  });
});
