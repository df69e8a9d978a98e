import { compileRules } from '../../lambda/detection/index.ts';
import { detectorOf, problemsOf } from './support.ts';

const RULE = `title: Users
id: 6f3e2987-db24-4c78-a860-b4f4095a7095
name: users
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventName: CreateUser }
  other: { eventName: DeleteUser }
  condition: selection or other
---
title: Roles
id: df0841c0-9846-4e9f-ad8a-7df91571771b
logsource: { product: aws, service: cloudtrail }
detection:
  selection: { eventName: CreateRole }
  condition: selection
`;

function filterOf(filter: string, logsource = '{ product: aws, service: cloudtrail }'): string {
  const indented = filter
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `title: No administrators\nlogsource: ${logsource}\nfilter:\n${indented}\n`;
}

const admins = (rules: string): string =>
  filterOf(`rules: ${rules}\nselection:\n  user|startswith: adm_\ncondition: not selection`);

function titles(yaml: string | string[], record: object): string[] {
  return detectorOf(yaml)
    .match(record)
    .map(({ title }) => title);
}

describe('filters', () => {
  test.each([
    '[6f3e2987-db24-4c78-a860-b4f4095a7095]',
    '[6F3E2987-DB24-4C78-A860-B4F4095A7095]',
    '[users]',
    '[Users]',
    'users',
  ])('narrow the rules that they name: %s', (rules) => {
    const yaml = [RULE, admins(rules)];
    expect(titles(yaml, { eventName: 'CreateUser', user: 'bob' })).toEqual(['Users']);
    expect(titles(yaml, { eventName: 'CreateUser', user: 'adm_bob' })).toEqual([]);
    expect(titles(yaml, { eventName: 'DeleteUser', user: 'adm_bob' })).toEqual([]);
    expect(titles(yaml, { eventName: 'CreateRole', user: 'adm_bob' })).toEqual(['Roles']);
  });

  it('come in any order, and several to a rule', () => {
    const one = filterOf('rules: [users]\nselection: { region: a }\ncondition: not selection');
    const yaml = [one, RULE, admins('[users]').replace('No adm', 'Two: no adm').replace('title: Two:', 'title: Two')];
    expect(titles(yaml, { eventName: 'CreateUser', user: 'bob', region: 'b' })).toEqual(['Users']);
    expect(titles(yaml, { eventName: 'CreateUser', user: 'adm_x', region: 'b' })).toEqual([]);
    expect(titles(yaml, { eventName: 'CreateUser', user: 'bob', region: 'a' })).toEqual([]);
  });

  it('name any rule that their log source covers', () => {
    const yaml = [RULE, admins('any')];
    expect(titles(yaml, { eventName: 'CreateUser', user: 'adm_bob' })).toEqual([]);
    expect(titles(yaml, { eventName: 'CreateRole', user: 'adm_bob' })).toEqual([]);
    expect(titles(yaml, { eventName: 'CreateRole', user: 'bob' })).toEqual(['Roles']);
  });

  it('have selections of any name, which are not those of the rule', () => {
    const yaml = [
      RULE,
      filterOf('rules: [users]\nselection: { a: 1 }\nother: { b: 1 }\ncondition: not (selection and other)'),
    ];
    expect(titles(yaml, { eventName: 'CreateUser', a: 1 })).toEqual(['Users']);
    expect(titles(yaml, { eventName: 'CreateUser', a: 1, b: 1 })).toEqual([]);
  });

  it('hold as they are written: a condition without not keeps what it selects', () => {
    const yaml = [RULE, filterOf('rules: [users]\nselection: { a: 1 }\ncondition: selection')];
    expect(titles(yaml, { eventName: 'CreateUser', a: 1 })).toEqual(['Users']);
    expect(titles(yaml, { eventName: 'CreateUser' })).toEqual([]);
  });

  it('apply to rules that only a correlation looks at', () => {
    const correlation = `title: Many\ncorrelation:\n  type: event_count\n  rules: [users]\n  timespan: 5m\n  condition: { gte: 1 }\n`;
    const detector = detectorOf([RULE, correlation, admins('[users]')]);
    expect(detector.correlate({ eventName: 'CreateUser', user: 'adm_x', eventID: '1' }, 0)).toEqual([]);
    expect(detector.correlate({ eventName: 'CreateUser', user: 'x', eventID: '2' }, 0)).toHaveLength(1);
  });

  it('may leave their log source open', () => {
    expect(
      titles([RULE, admins('[users]').replace(', service: cloudtrail', '')], { eventName: 'CreateUser', user: 'adm_' }),
    ).toEqual([]);
  });

  it('are part of the version of a rule', () => {
    const [plain] = detectorOf(RULE).rules;
    const [filtered, other] = detectorOf([RULE, admins('users')]).rules;
    expect(filtered?.hash).not.toBe(plain?.hash);
    expect(other?.hash).toBe(detectorOf(RULE).rules[1]?.hash);
  });

  test.each([
    ['an unknown rule', admins('[usres]'), "there is no rule 'usres'; did you mean users?"],
    ['a rule twice', admins('[users, users]'), "the rule 'users' is named twice"],
    ['no rules', filterOf('selection: { a: 1 }\ncondition: not selection'), 'the filter names no rules'],
    ['an empty list of rules', admins('[]'), 'the list of rules is empty'],
    ['rules that are no names', admins('[{ a: b }]'), 'a rule is named by its id, name or title, not by a map'],
    ['no condition', filterOf('rules: [users]\nselection: { a: 1 }'), 'the condition is missing'],
    ['no selection', filterOf('rules: [users]\ncondition: not selection'), 'there is no selection'],
    [
      'a condition that names nothing',
      filterOf('rules: [users]\nselection: { a: 1 }\ncondition: not filter'),
      "the condition names 'filter'",
    ],
    [
      'several conditions',
      filterOf('rules: [users]\nselection: { a: 1 }\ncondition: [selection, selection]'),
      'a filter has one condition',
    ],
    ['no log source', admins('[users]').replace(/logsource.*\n/, ''), 'the logsource is missing'],
    ['a list', 'title: F\nlogsource: { product: aws }\nfilter: [a]\n', 'the filter must be a map'],
  ])('are refused for %s', (_, filter, why) => {
    expect(problemsOf([RULE, filter]).join('\n')).toContain(why);
  });

  it('are refused for a correlation, and for a rule of another log source', () => {
    const correlation = `title: Many\nname: many\ncorrelation:\n  type: event_count\n  rules: [users]\n  timespan: 5m\n  condition: { gte: 1 }\n`;
    expect(problemsOf([RULE, correlation, admins('[many]')])[0]).toContain(
      "'many' is a correlation: a filter names detection rules",
    );
    const windows = `title: W\nname: w\nlogsource: { product: windows }\ndetection: { s: { a: 1 }, condition: s }\n`;
    expect(problemsOf([RULE, windows, admins('[w]')])[0]).toContain("the filter's logsource is not the one of 'w'");
  });

  it('for another log source are skipped with the rules they name', () => {
    const windows = `title: W\nname: w\nlogsource: { product: windows }\ndetection: { s: { a: 1 }, condition: s }\n`;
    const filter = filterOf('rules: [w]\nselection: { a: 1 }\ncondition: not selection', '{ product: windows }');
    const { problems, skipped } = compileRules([windows, filter]);
    expect(problems).toEqual([]);
    expect(skipped.map(({ title, reason }) => [title, reason])).toEqual([
      ['W', 'logsource'],
      ['No administrators', 'logsource'],
    ]);
    expect(detectorOf([windows, filter], { anyLogsource: true }).match({ a: 1 })).toEqual([]);
  });

  it('say nothing of a rule that is refused itself', () => {
    const broken = RULE.replace('condition: selection or other', 'condition: nothing');
    const problems = problemsOf([broken, admins('[users]')]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("the condition names 'nothing'");
  });
});
