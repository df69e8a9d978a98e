import fc from 'fast-check';
import { compileRules, ruleSetSchema } from '../../../lambda/detection/index.ts';
import { parseRules } from '../../../lambda/detection/parse/parse-rules.ts';
import { detectorOf } from '../support.ts';
import { BASE, correlationOf, play, type Sent } from './support.ts';

const TEMPORAL = 'type: temporal\ngroup-by: [user]\ntimespan: 10m\n';
const ORDERED = 'type: temporal_ordered\ngroup-by: [user]\ntimespan: 10m\n';

/** Events of rules, as in `a0 b5`: the rule's name and the minute. */
function events(text: string): Sent[] {
  return text.split(' ').map((word) => ({ name: word.charAt(0), t: Number(word.slice(1)) }));
}

function refusal(section: string): string {
  const { problems, detector } = compileRules([BASE, correlationOf(section)]);
  expect(detector.rules.map(({ kind }) => kind)).toEqual(['detection', 'detection', 'detection']);
  return problems.map(({ message, suggestion }) => (suggestion ? `${message} -> ${suggestion}` : message)).join('\n');
}

describe('a temporal correlation with a condition over its rules', () => {
  test.each([
    ['a and b', 'a0 b5', ['at 5: 0-5: 2']],
    ['a and b', 'a0 a5', []],
    ['a and b', 'a0 b10', []],
    ['a or b', 'b0', ['at 0: 0-0: 1']],
    ['a or b and c', 'b0', []],
    ['a or b and c', 'b0 c1', ['at 1: 0-1: 2']],
    ['(a or b) and c', 'a0 b1', []],
    ['(a OR b) AND c', 'b0 c1', ['at 1: 0-1: 2']],
    ['id-a and b', 'a0 b5', ['at 5: 0-5: 2']],
  ])('%s: fires for %s as soon as it holds', (condition, sent, expected) => {
    expect(play(`${TEMPORAL}condition: ${condition}`, events(sent))).toEqual(expected);
  });

  test.each([
    ['a and not b', 'a0', ['end: 0-0: 1']],
    ['a and not b', 'a0 b5', []],
    ['a and not b', 'b0 a5', []],
    ['a and not b', 'a0 b12', ['end: 0-0: 1']],
    ['(a or b) and not c', 'a0 b1', ['end: 0-1: 2']],
    ['(a or b) and not c', 'a0 b1 c2', []],
    ['not not a', 'a0', ['end: 0-0: 1']],
  ])('%s: is judged for %s once its window has closed', (condition, sent, expected) => {
    expect(play(`${TEMPORAL}condition: ${condition}`, events(sent))).toEqual(expected);
  });

  it('knows by an event that came late that a rule did match', () => {
    const late = [
      { name: 'a', t: 0 },
      { name: 'b', t: 1, at: 25 },
    ];
    expect(play(`${TEMPORAL}condition: a and not b`, late)).toEqual([]);
  });

  it('says nothing of a rule that may be among what was not read', () => {
    const flood = Array.from({ length: 8 }, (_, i) => ({ name: 'a', t: i / 10 }));
    const section = `${TEMPORAL}condition: a and not b`;
    expect(play(section, flood, { memberCap: 20 })).toHaveLength(1);
    expect(play(section, [...flood, { name: 'b', t: 1 }], { memberCap: 3 })).toEqual([]);
  });

  it('may list its rules as well, and more of them than the condition names', () => {
    const section = `${TEMPORAL}rules: [a, b, c]\ncondition: not a`;
    expect(play(section, events('b0'))).toEqual(['end: 0-0: 1']);
    expect(play(section, events('b0 a1'))).toEqual([]);
    expect(play(`${TEMPORAL}rules: [id-a, id-b]\ncondition: a and b`, events('a0 b1'))).toEqual(['at 1: 0-1: 2']);
  });

  it('leaves its rules without findings of their own', () => {
    const detector = detectorOf([BASE, correlationOf(`${TEMPORAL}condition: a and not b`)]);
    expect(detector.match({ eventName: 'a' })).toEqual([]);
    expect(detector.match({ eventName: 'c' })).toHaveLength(1);
  });

  it('is plain JSON in the rule set, by the ids of its rules', () => {
    const { ruleSet } = parseRules([{ text: BASE }, { text: correlationOf(`${TEMPORAL}condition: a and not b`) }]);
    const read = ruleSetSchema.parse(JSON.parse(JSON.stringify(ruleSet)));
    expect(read.rules.at(-1)).toMatchObject({
      rules: ['id-a', 'id-b'],
      ruleCondition: {
        kind: 'and',
        of: [
          { kind: 'selection', name: 'id-a' },
          { kind: 'not', of: { kind: 'selection', name: 'id-b' } },
        ],
      },
    });
  });

  it('fires for exactly the sets of rules that fulfil the condition', () => {
    const conditions: readonly (readonly [string, (a: boolean, b: boolean, c: boolean) => boolean])[] = [
      ['a and b and c', (a, b, c) => a && b && c],
      ['a or b or c', (a, b, c) => a || b || c],
      ['a and (b or not c)', (a, b, c) => a && (b || !c)],
      ['not (a and b) and c', (a, b, c) => !(a && b) && c],
      ['a and not b or c and not a', (a, b, c) => (a && !b) || (c && !a)],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...conditions),
        fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), t: fc.integer({ min: 0, max: 9 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        ([condition, holds], sent) => {
          const matched = (name: string): boolean => sent.some((event) => event.name === name);
          const fired = play(`${TEMPORAL}rules: [a, b, c]\ncondition: ${condition}`, sent);
          expect(fired.length > 0).toBe(holds(matched('a'), matched('b'), matched('c')));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a temporal_ordered correlation with a condition over its rules', () => {
  it('has them in the order in which the condition names them', () => {
    expect(play(`${ORDERED}condition: a and b and c`, events('a0 b1 c2'))).toEqual(['at 2: 0-2: 3']);
    expect(play(`${ORDERED}condition: a and (b and c)`, events('b0 a1 c2'))).toEqual([]);
  });

  it('has them in the order of its list, where there is one', () => {
    expect(play(`${ORDERED}rules: [b, a]\ncondition: a and b`, events('b0 a1'))).toEqual(['at 1: 0-1: 2']);
    expect(play(`${ORDERED}rules: [b, a]\ncondition: a and b`, events('a0 b1'))).toEqual([]);
  });
});

describe('a condition over rules is refused', () => {
  test.each([
    ['with an unknown rule', `${TEMPORAL}condition: a and d`, "there is no rule 'd' -> a"],
    ['that ends too early', `${TEMPORAL}condition: a and`, /^the condition ends where/],
    ['that selects by a pattern', `${TEMPORAL}condition: 1 of a*`, /has no 'of'$/],
    ['over a rule that the list leaves out', `${TEMPORAL}rules: [a]\ncondition: a and b`, /does not name 'b'$/],
    ['that no rules can fulfil', `${TEMPORAL}condition: a and not a`, /^the condition can never hold/],
    ['that only silence fulfils', `${TEMPORAL}condition: not a`, /^the condition can never hold/],
    [
      'over too many rules',
      `${TEMPORAL}condition: ${Array.from({ length: 11 }, (_, i) => `r${i}`).join(' or ')}`,
      'the condition names more than 10 rules',
    ],
    ['with or, in order', `${ORDERED}condition: a or b`, /joins its rules with 'and' alone$/],
    ['with not, in order', `${ORDERED}condition: a and not b`, /joins its rules with 'and' alone$/],
    ['that leaves one out, in order', `${ORDERED}rules: [a, b, c]\ncondition: a and b`, /leaves out 'Rule c'$/],
    ['beside a field', `${TEMPORAL}field: user\ncondition: a and b`, "'field' belongs into the condition"],
    ['of a count', 'type: event_count\nrules: [a]\ntimespan: 1m\ncondition: a', /is a map of operators/],
  ])('%s', (_, section, expected) => {
    expect(refusal(section)).toMatch(expected);
  });
});

describe('a condition over rules of which one is for another log source', () => {
  const windows = BASE.replace('name: b\nlogsource: { product: aws', 'name: b\nlogsource: { product: windows');
  const reasons = (condition: string): string[] =>
    compileRules([windows, correlationOf(`${TEMPORAL}condition: ${condition}`)]).skipped.map(({ title }) => title);

  it('is skipped where it cannot be judged without that rule', () => {
    expect(reasons('a and b')).toEqual(['Rule b', 'C']);
    expect(reasons('a and not b')).toEqual(['Rule b', 'C']);
  });

  it('is judged by the others where they are enough', () => {
    expect(reasons('a or b')).toEqual(['Rule b']);
  });
});
