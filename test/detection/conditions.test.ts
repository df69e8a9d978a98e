import fc from 'fast-check';
import { detectorOf, problemsOf, ruleOf } from './support.ts';

const SELECTIONS = `a: { f: a }
b: { g: b }
c: { h: c }
sel_one_x: { f: a }
sel_two_x: { g: b }
_hidden: { i: d }`;

function verdict(condition: string, record: object, selections = SELECTIONS): boolean {
  return detectorOf(ruleOf(`${selections}\ncondition: ${condition}`)).match(record).length === 1;
}

function refusal(condition: string, selections = SELECTIONS): string {
  return problemsOf(ruleOf(`${selections}\ncondition: ${condition}`))
    .map((problem) => problem.replace(/^<rules>:\d+:\d+: | \(rule: A rule\)$/g, ''))
    .join('\n');
}

/** a, b, c true or false as asked. */
const recordOf = (a: boolean, b: boolean, c: boolean): object => ({
  f: a ? 'a' : '-',
  g: b ? 'b' : '-',
  h: c ? 'c' : '-',
});

describe('conditions', () => {
  test.each<[string, (a: boolean, b: boolean, c: boolean) => boolean]>([
    ['a', (a) => a],
    ['not a', (a) => !a],
    ['not not a', (a) => a],
    ['a and b', (a, b) => a && b],
    ['a or b', (a, b) => a || b],
    ['a or b and c', (a, b, c) => a || (b && c)],
    ['(a or b) and c', (a, b, c) => (a || b) && c],
    ['a and b or c', (a, b, c) => (a && b) || c],
    ['not a or b', (a, b) => !a || b],
    ['not (a or b)', (a, b) => !(a || b)],
    ['not a and not b or not c', (a, b, c) => (!a && !b) || !c],
    ['a and not b', (a, b) => a && !b],
    ['a AND NOT b OR c', (a, b, c) => (a && !b) || c],
    ['((a))', (a) => a],
    ['(a)and(b)', (a, b) => a && b],
    ['1 of them', (a, b, c) => a || b || c],
    ['any of them', (a, b, c) => a || b || c],
    ['all of them', (a, b, c) => a && b && c],
    ['1 of sel_*', (a, b) => a || b],
    ['all of sel_*', (a, b) => a && b],
    ['all of sel*x', (a, b) => a && b],
    ['1 of *_one_*', (a) => a],
    ['1 of sel_one_x', (a) => a],
    ['not 1 of sel_*', (a, b) => !(a || b)],
    ['c and not all of sel_*', (a, b, c) => c && !(a && b)],
    ['1 of sel_* and c or not a', (a, b, c) => ((a || b) && c) || !a],
    ['2 of them', (a, b, c) => [a, b, c, a, b].filter(Boolean).length >= 2],
    ['4 of them', (a, b, c) => [a, b, c, a, b].filter(Boolean).length >= 4],
    ['[a, b]', (a, b) => a || b],
    ['[a and b, c]', (a, b, c) => (a && b) || c],
    ['[not a]', (a) => !a],
  ])('%s', (condition, expected) => {
    for (const a of [false, true]) {
      for (const b of [false, true]) {
        for (const c of [false, true])
          expect([a, b, c, verdict(condition, recordOf(a, b, c))]).toEqual([a, b, c, expected(a, b, c)]);
      }
    }
  });

  it("leave what starts with an underscore out of 'them' and of patterns that do not name it", () => {
    const record = { i: 'd' };
    expect(verdict('1 of them', record)).toBe(false);
    expect(verdict('1 of *', record)).toBe(false);
    expect(verdict('1 of _*', record)).toBe(true);
    expect(verdict('_hidden', record)).toBe(true);
  });

  it('know selections by any name', () => {
    expect(verdict('sel-1.x and all', { f: 1, g: 1 }, 'sel-1.x: { f: 1 }\nall: { g: 1 }')).toBe(true);
    expect(verdict('1 of them and them', { f: 1 }, 'them: { f: 1 }')).toBe(true);
    expect(verdict('1 of a.c', { f: 1 }, 'a.c: { f: 2 }\nabc: { f: 1 }')).toBe(false);
  });

  it('may name a selection twice', () => {
    expect(verdict('a and a', { f: 'a' })).toBe(true);
  });

  test.each([
    ['d', "the condition names 'd', which is not defined; did you mean a?"],
    ['sel_one', "the condition names 'sel_one', which is not defined; did you mean sel_one_x?"],
    ['a and', 'the condition ends where a search identifier was expected'],
    ['a and or b', "'or' where a search identifier was expected"],
    ['and a', "'and' where a search identifier was expected"],
    ['a b', "'b' where 'and' or 'or' was expected"],
    ['(a', 'a parenthesis is not closed'],
    ['a)', "')' where 'and' or 'or' was expected"],
    ['()', "')' where a search identifier was expected"],
    ['not', 'the condition ends where a search identifier was expected'],
    ['1 of nothing_*', "'1 of nothing_*' selects nothing"],
    ['all of nothing_*', "'all of nothing_*' selects nothing"],
    ['1 of', "'1 of' must be followed by 'them' or a pattern"],
    ['1 of (a)', "'1 of' must be followed by 'them' or a pattern"],
    ['0 of them', "'0 of' is not a quantity: write '1 of' or 'all of'"],
    ['some of them', "'some of' is not a quantity: write '1 of' or 'all of'"],
    ['9 of them', "'9 of them' can never hold: it selects only 5"],
    ['a | count() > 5', 'aggregations behind | are not part of Sigma 2: write a correlation rule'],
    ['a | near b', 'aggregations behind | are not part of Sigma 2: write a correlation rule'],
    ["''", 'a condition must be text'],
    ['5', 'a condition must be text'],
    ['{ a: b }', 'a condition must be text'],
    ['[]', 'an empty list of conditions'],
    ['[a, d]', "the condition names 'd', which is not defined; did you mean a?"],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, 'the condition is nested more than 100 deep'],
    [`${'not '.repeat(200)}a`, 'the condition is nested more than 100 deep'],
  ])('refuses %s', (condition, why) => {
    expect(refusal(condition)).toBe(why);
  });

  it("refuses 'them' where there is only what starts with an underscore", () => {
    expect(refusal('1 of them', '_a: { f: a }')).toBe("'1 of them' selects nothing");
  });

  it('are wanted, and something to put them on', () => {
    expect(problemsOf(ruleOf('a: { f: 1 }'))).toEqual(['<rules>:4:3: the condition is missing (rule: A rule)']);
    expect(problemsOf(ruleOf('a: { f: 1 }\nconditon: a'))[0]).toMatch(
      /condition is missing; did you mean condition instead of conditon\?/,
    );
    expect(problemsOf(ruleOf('condition: a'))[0]).toMatch(/there is no selection/);
  });

  it('refuses the timeframe of Sigma 1', () => {
    expect(problemsOf(ruleOf('a: { f: 1 }\ntimeframe: 5m\ncondition: a'))).toEqual([
      '<rules>:5:3: timeframe belonged to the aggregations of Sigma 1: write a correlation with a timespan (rule: A rule)',
    ]);
  });

  it('agree with boolean logic, however they are put together', () => {
    type Expression = { text: string; value: (v: readonly boolean[]) => boolean };
    const leaf = fc
      .constantFrom(0, 1, 2)
      .map((i): Expression => ({ text: ['a', 'b', 'c'][i] ?? '', value: (v) => v[i] === true }));
    const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small' },
        leaf,
        tie('expression').map((e): Expression => ({ text: `not ( ${e.text} )`, value: (v) => !e.value(v) })),
        fc.tuple(tie('expression'), tie('expression')).map(
          ([l, r]): Expression => ({
            text: `(${l.text}) and (${r.text})`,
            value: (v) => l.value(v) && r.value(v),
          }),
        ),
        fc.tuple(tie('expression'), tie('expression')).map(
          ([l, r]): Expression => ({
            text: `(${l.text}) or (${r.text})`,
            value: (v) => l.value(v) || r.value(v),
          }),
        ),
      ),
    }));
    fc.assert(
      fc.property(expression, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), ({ text, value }, v) => {
        expect(verdict(text, recordOf(...v))).toBe(value(v));
      }),
    );
  });
});
