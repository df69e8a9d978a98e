import { compileRules } from '../../../lambda/detection/index.ts';
import { problemsOf } from '../support.ts';
import { BASES, ruleOf, SECTION } from './support.ts';

function refusal(section: string): string {
  const { problems, detector } = compileRules([BASES, ruleOf(section)]);
  expect(detector.rules.map(({ kind }) => kind)).toEqual(['detection', 'detection']);
  return problems.map(({ message, suggestion }) => (suggestion ? `${message} -> ${suggestion}` : message)).join('\n');
}

function compiled(section: string) {
  const { problems, detector } = compileRules([BASES, ruleOf(section)]);
  expect(problems).toEqual([]);
  return detector.correlations.firstSeen('first-id');
}

const DAY = 86_400_000;

describe('a rule of type first_seen', () => {
  it('has one to three fields, days and a time in which it learns', () => {
    expect(compiled(SECTION.replace('[call]', '[call, trailwarden.actor.id, x.y]').replace('0d', '30d'))).toMatchObject(
      {
        type: 'first_seen',
        timespan: 3 * DAY,
        learning: 30 * DAY,
        condition: [],
        valueFields: [{ name: 'call' }, { name: 'trailwarden.actor.id' }, { name: 'x.y' }],
      },
    );
  });

  it('learns for its timespan where it says nothing of it', () => {
    expect(compiled(SECTION.replace('\nlearning: 0d', ''))).toMatchObject({ learning: 3 * DAY });
  });

  it('takes a single field without a list, and no group at all', () => {
    expect(compiled(SECTION.replace('[call]', 'call').replace('group-by: [user]\n', ''))).toMatchObject({
      groupBy: [],
      valueFields: [{ name: 'call' }],
    });
  });

  test.each(['1d', '90d'])('may have a timespan of %s', (timespan) => {
    expect(problemsOf([BASES, ruleOf(SECTION.replace('3d', timespan))])).toEqual([]);
  });

  test.each(['0d', '91d', '24h', '1.5d', '1w', '', '14', '[3d]'])('may have none of %s', (timespan) => {
    expect(refusal(SECTION.replace('3d', timespan))).toMatch(
      /^the timespan '.*' of first_seen is not a number of whole days from 1d to 90d, as in 14d$/,
    );
  });

  test.each(['91d', '12h', 'none'])('may not learn for %s', (learning) => {
    expect(refusal(SECTION.replace('0d', learning))).toBe(
      `the learning '${learning}' of first_seen is not a number of whole days from 0d to 90d, as in 14d`,
    );
  });

  test.each([
    ['no fields', SECTION.replace('fields: [call]\n', ''), 'first_seen needs fields, 1 to 3, and has 0'],
    ['an empty list of fields', SECTION.replace('[call]', '[]'), 'first_seen needs fields, 1 to 3, and has 0'],
    ['four fields', SECTION.replace('[call]', '[a, b, c, d]'), 'first_seen needs fields, 1 to 3, and has 4'],
    ['a field twice', SECTION.replace('[call]', '[call, call]'), "fields names 'call' twice"],
    ['a condition', `${SECTION}\ncondition: { gte: 1 }`, 'first_seen has no condition: it fires for each new value'],
    ['a field', SECTION.replace('fields:', 'field:'), /'fields', a list of 1 to 3/],
    ['an unknown key', SECTION.replace('learning', 'lerning'), "a correlation has no 'lerning' -> learning"],
    ['no timespan', SECTION.replace('timespan: 3d\n', ''), 'the correlation has no timespan'],
    ['no rules', SECTION.replace('rules: [a]\n', ''), 'the correlation names no rules'],
    ['a modifier', SECTION.replace('[call]', "['call|contains']"), /with a modifier: only its name belongs here/],
  ])('is refused with %s', (_, section, reason) => {
    expect(refusal(section)).toMatch(typeof reason === 'string' ? new RegExp(`^${escaped(reason)}`) : reason);
  });

  test.each(['fields: [call]', 'learning: 3d'])('alone has %s', (line) => {
    const section = `type: event_count\nrules: [a]\ntimespan: 3d\ncondition: { gte: 3 }\n${line}`;
    expect(refusal(section)).toBe(`only first_seen has '${line.split(':')[0]}'`);
  });

  it('names no correlation, and no correlation names it', () => {
    const count = 'type: event_count\nrules: [a]\ntimespan: 3d\ncondition: { gte: 1 }';
    expect(
      problemsOf([
        BASES,
        ruleOf(count, 'title: Count\nid: count-id\n'),
        ruleOf(SECTION.replace('[a]', '[count-id]')),
      ]).join(),
    ).toContain("'count-id' is a correlation: first_seen names detection rules");
    expect(
      problemsOf([BASES, ruleOf(SECTION), ruleOf(count.replace('[a]', '[first-id]'), 'title: Count\nid: c\n')]).join(),
    ).toContain("'first-id' is of type first_seen, which no correlation can name");
  });

  it('changes its hash with its fields, its days, and the rules that it names', () => {
    const hashOf = (section: string, bases = BASES) => {
      const { detector } = compileRules([bases, ruleOf(section)]);
      return detector.rules.find(({ id }) => id === 'first-id')?.hash;
    };
    const hashes = [
      hashOf(SECTION),
      hashOf(SECTION.replace('[call]', '[user]')),
      hashOf(SECTION.replace('3d', '4d')),
      hashOf(SECTION.replace('0d', '1d')),
      hashOf(SECTION, BASES.replace('eventName: a', 'eventName: c')),
    ];
    expect(new Set(hashes).size).toBe(5);
    expect(hashes).not.toContain(undefined);
  });

  it('leaves the rules that it names without findings of their own, unless it says generate', () => {
    const matchesOf = (section: string) =>
      compileRules([BASES, ruleOf(section)]).detector.match({ eventName: 'a' }).length;
    expect([matchesOf(SECTION), matchesOf(`${SECTION}\ngenerate: true`)]).toEqual([0, 1]);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
