import { compileRules, formatProblem, type RuleSource } from '../../lambda/detection/index.ts';

const LOGSOURCE = 'logsource: { product: aws, service: cloudtrail }';

function rule(title: string, id: string, { eventName = title, name = '' } = {}): string {
  const named = name === '' ? '' : `name: ${name}\n`;
  return `title: ${title}\nid: ${id}\n${named}${LOGSOURCE}\ndetection: { s: { eventName: ${eventName} }, condition: s }\n`;
}

/** A rule that is rejected: its condition names what isn't there. */
const broken = (title: string, id: string, options = {}): string =>
  rule(title, id, options).replace('condition: s', 'condition: nothing');

const correlationOver = (reference: string): string =>
  `title: Many\nid: many\ncorrelation:\n  type: event_count\n  rules: [${reference}]\n  timespan: 5m\n  condition: { gte: 9 }\n`;

const filterOver = (references: string): string =>
  `title: None of bob\n${LOGSOURCE}\nfilter: { rules: [${references}], s: { user: bob }, condition: not s }\n`;

const file = (name: string, ...documents: readonly string[]): RuleSource => ({
  file: name,
  text: documents.join('---\n'),
});

/** What becomes of the rules: the titles of those that make findings of their own, and of those that are loaded. */
function outcome(...sources: readonly RuleSource[]) {
  const { detector, problems } = compileRules(sources);
  const found = (record: object): readonly string[] => detector.match(record).map(({ title }) => title);
  return {
    loaded: detector.rules.map(({ id }) => id),
    problems: problems.map(formatProblem),
    found,
  };
}

const A = file('a.yml', rule('Roots', 'id-a'));

describe('a rejected document takes nothing with it', () => {
  test.each([
    ['by its title', 'Roots'],
    ['by its id', 'ID-A'],
  ])('a rule goes on where a repetition of its id is rejected, whose own correlation names it %s', (_, reference) => {
    const repeated = file('b.yml', rule('Roots', 'id-a', { eventName: 'Other' }), correlationOver(reference));
    const { loaded, found, problems } = outcome(A, repeated);
    expect(loaded).toEqual(['id-a']);
    expect(found({ eventName: 'Roots' })).toEqual(['Roots']);
    expect(problems).toEqual([
      "b.yml:1:1: the id 'id-a' is taken by the rule at a.yml:1 (rule: Roots)",
      `b.yml:10:11: the rule '${reference}' is rejected itself (rule: Many)`,
    ]);
  });

  test('a correlation of another file goes on with the first rule of a repeated id', () => {
    const repeated = file('b.yml', rule('Roots', 'id-a', { eventName: 'Other' }));
    for (const reference of ['Roots', 'id-a']) {
      expect(outcome(A, repeated, file('c.yml', correlationOver(reference))).loaded).toEqual(['id-a', 'many']);
      expect(outcome(A, repeated, file('c.yml', correlationOver(reference))).problems).toHaveLength(1);
    }
  });

  test('so it does with the first rule where a copy is not only repeated, but wrong', () => {
    const copy = file('b.yml', broken('Roots', 'id-a'));
    for (const reference of ['Roots', 'id-a']) {
      expect(outcome(A, copy, file('c.yml', correlationOver(reference))).loaded).toEqual(['id-a', 'many']);
    }
  });

  test('a rule goes on whose title is that of a wrong rule in a correlation’s own file', () => {
    const { loaded, found } = outcome(A, file('b.yml', broken('Roots', 'id-b'), correlationOver('Roots')));
    expect(loaded).toEqual(['id-a']);
    expect(found({ eventName: 'Roots' })).toEqual(['Roots']);
  });

  test('a rule goes on whose title is the name of a wrong rule, wherever a correlation names it', () => {
    const named = file('b.yml', broken('Other', 'id-b', { name: 'Roots' }));
    const { loaded, found, problems } = outcome(A, named, file('c.yml', correlationOver('Roots')));
    expect(loaded).toEqual(['id-a']);
    expect(found({ eventName: 'Roots' })).toEqual(['Roots']);
    expect(problems.at(-1)).toContain("the rule 'Roots' is rejected itself");
  });

  test('a title that a wrong rule has as well is not clear', () => {
    const { loaded, problems } = outcome(
      A,
      file('b.yml', broken('Roots', 'id-b')),
      file('c.yml', correlationOver('Roots')),
    );
    expect(loaded).toEqual(['id-a']);
    expect(problems.at(-1)).toContain("2 rules have the title 'Roots': name one by id");
  });

  test('a correlation goes on that names a rule of its own file by what a rejected one of another has as well', () => {
    const first = file('a.yml', rule('Roots', 'id-a', { name: 'roots' }), correlationOver('roots'));
    const { loaded } = outcome(first, file('b.yml', rule('Others', 'id-b', { name: 'roots' })));
    expect(loaded).toEqual(['id-a', 'many']);
  });

  test('a name stays free where the rule that has it is rejected for its id', () => {
    const repeated = file('b.yml', rule('Others', 'id-a', { name: 'others' }));
    const { loaded, problems } = outcome(A, repeated, file('c.yml', rule('Thirds', 'id-c', { name: 'others' })));
    expect(loaded).toEqual(['id-a', 'id-c']);
    expect(problems).toHaveLength(1);
  });

  test('a filter of a repeated rule does not narrow the first one', () => {
    const repeated = file('b.yml', rule('Roots', 'id-a', { eventName: 'Other' }), filterOver('Roots'));
    const { found } = outcome(A, repeated);
    expect(found({ eventName: 'Roots', user: 'bob' })).toEqual(['Roots']);
  });

  test('a filter of another file still narrows a rule of which a wrong copy exists', () => {
    const { found } = outcome(A, file('b.yml', broken('Roots', 'id-a')), file('c.yml', filterOver('id-a')));
    expect(found({ eventName: 'Roots', user: 'bob' })).toEqual([]);
    expect(found({ eventName: 'Roots', user: 'eve' })).toEqual(['Roots']);
  });

  test('a filter that names a rule which is not there narrows none of the others that it names', () => {
    const { found, problems } = outcome(A, file('c.yml', filterOver('id-a, id-z')));
    expect(problems.join()).toContain("there is no rule 'id-z'");
    expect(found({ eventName: 'Roots', user: 'bob' })).toEqual(['Roots']);
  });

  test('a rejected filter’s title makes no rule’s title unclear', () => {
    const filter = filterOver('id-a').replace('None of bob', 'Roots').replace('not s', 'not t');
    expect(outcome(A, file('b.yml', filter), file('c.yml', correlationOver('Roots'))).loaded).toEqual(['id-a', 'many']);
  });

  test('a rule goes on whose title is that of a rule in a rejected collection', () => {
    const collection = file('b.yml', `action: global\n${rule('Roots', 'id-b')}`);
    const { loaded } = outcome(A, collection, file('c.yml', correlationOver('Roots')));
    expect(loaded).toEqual(['id-a']);
  });
});

describe('options that are not what they must be', () => {
  const usesPlaceholder = rule('Roots', 'id-a').replace('eventName: Roots', "eventName|expand: '%admins%'");

  test.each([
    ['a text', 'alice'],
    ['nothing', null],
    ['a number', 7],
    ['a map', {}],
    ['a list of numbers', [1]],
  ])('a placeholder that is %s rejects the rules that use it, by file and line, and no others', (_, value) => {
    const placeholders: Record<string, string[]> = JSON.parse(JSON.stringify({ admins: value }));
    const sources = [file('a.yml', usesPlaceholder), file('b.yml', rule('Users', 'id-b'))];
    const { detector, problems } = compileRules(sources, { placeholders });
    expect(detector.rules.map(({ id }) => id)).toEqual(['id-b']);
    expect(problems.map(formatProblem)).toEqual([
      'a.yml:4:37: the values of the placeholder %admins% in the configuration are not a list of texts (rule: Roots)',
      "<options>:1:1: the placeholder 'admins' of the configuration is not a list of texts",
    ]);
  });

  test.each([
    ['a text', 'id-b'],
    ['a number', 7],
    ['a list of numbers', [7]],
  ])('disabled rules that are %s are a problem, and stop no rule', (_, value) => {
    const options: { disabled: string[] } = JSON.parse(JSON.stringify({ disabled: value }));
    const { detector, problems } = compileRules([file('b.yml', rule('Users', 'id-b'))], options);
    expect(detector.rules.map(({ id }) => id)).toEqual(['id-b']);
    expect(problems.map(formatProblem)).toEqual([
      '<options>:1:1: the disabled rules of the configuration are not a list of ids',
    ]);
  });

  test('a level that is a number is a problem, and changes no rule', () => {
    const levels: Record<string, 'low'> = JSON.parse('{ "id-b": 7 }');
    const { detector, problems } = compileRules([file('b.yml', rule('Users', 'id-b'))], { levels });
    expect(detector.rules.map(({ level }) => level)).toEqual(['medium']);
    expect(problems.map(({ message }) => message)).toEqual([
      "the configuration gives the rule 'id-b' the unknown level '7'",
    ]);
  });
});
