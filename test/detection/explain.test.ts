import type { ExplainNode } from '../../lambda/detection/index.ts';
import { detectorOf, ruleOf, selectionOf } from './support.ts';

/** The tree as indented lines: verdict, label, patterns and values. */
function draw(node: ExplainNode | undefined, depth = 0): string[] {
  if (node === undefined) return [];
  const asked = node.patterns === undefined ? '' : ` asks ${JSON.stringify(node.patterns)}`;
  const had = node.values === undefined ? '' : ` has ${JSON.stringify(node.values)}`;
  const line = `${'  '.repeat(depth)}${node.verdict ? '+' : '-'} ${node.kind} ${node.label}${asked}${had}`;
  return [line, ...(node.children ?? []).flatMap((child) => draw(child, depth + 1))];
}

describe('explain', () => {
  it('shows the condition as a tree, with what each leaf asked and what the event had', () => {
    const rule = ruleOf(
      `sel_a:
  eventName: [CreateUser, 'Delete*']
  user.name|contains|all: [a, 'b\\*']
sel_b:
  port|gt: 5
  address|cidr: 10.0.0.0/8
  agent|re: ^x
  time|hour: 3
  other|fieldref: user.name
  gone: null
filter:
  invokedBy|exists: true
words: [hello]
condition: (1 of sel_* and not filter) or words`,
      'id: r\n',
    );
    const record = { eventName: 'CreateUser', user: { name: 'ab*' }, port: 3 };
    expect(draw(detectorOf(rule).explain('r', record))).toEqual([
      '+ rule A rule',
      '  + or or',
      '    + and and',
      '      + of 1 of sel_*',
      '        + selection sel_a',
      '          + and and',
      '            + field eventName asks ["CreateUser","Delete*"] has ["CreateUser"]',
      '            + field user.name|contains|all asks ["*a*","*b\\\\**"] has ["ab*"]',
      '        - selection sel_b',
      '          - and and',
      '            - field port|gt asks ["5"] has [3]',
      '            - field address|cidr asks ["10.0.0.0/8"] has []',
      '            - field agent|re asks ["^x"] has []',
      '            - field time|hour asks ["3"] has []',
      '            - field other|fieldref asks ["user.name"] has []',
      '            + field gone asks ["null"] has []',
      '      + not not',
      '        - selection filter',
      '          - exists invokedBy|exists asks ["true"] has []',
      '    - selection words',
      '      - keywords keywords asks ["*hello*"]',
    ]);
  });

  it('shows each member of a block', () => {
    const rule = selectionOf('l[any]:\n  a: 1\n  b: 2', 'id: r\nsigma-version: 3\n');
    expect(
      draw(
        detectorOf(rule).explain('r', {
          l: [
            { a: 1, b: 3 },
            { a: 1, b: 2 },
          ],
        }),
      ),
    ).toEqual([
      '+ rule A rule',
      '  + selection selection',
      '    + members l[any] has [{"a":1,"b":3},{"a":1,"b":2}]',
      '      - selection l[0]',
      '        - and and',
      '          + field a asks ["1"] has [1]',
      '          - field b asks ["2"] has [3]',
      '      + selection l[1]',
      '        + and and',
      '          + field a asks ["1"] has [1]',
      '          + field b asks ["2"] has [2]',
    ]);
  });

  it('shows the filters, of which each must hold', () => {
    const filter =
      'title: No admins\nlogsource: { product: aws }\nfilter: { rules: [r], s: { user: adm }, condition: not s }\n';
    const detector = detectorOf([selectionOf('f: 1', 'id: r\n'), filter]);
    expect(draw(detector.explain('r', { f: 1, user: 'adm' }))).toEqual([
      '- rule A rule',
      '  + selection selection',
      '    + field f asks ["1"] has [1]',
      '  - filter No admins',
      '    - not not',
      '      + selection s',
      '        + field user asks ["adm"] has ["adm"]',
    ]);
  });

  it('of a correlation shows the rules that it names', () => {
    const correlation =
      'title: Many\nid: c\ncorrelation: { type: event_count, rules: [r], timespan: 5m, condition: { gte: 3 } }\n';
    const detector = detectorOf([selectionOf('f: 1', 'id: r\n'), correlation]);
    expect(draw(detector.explain('c', { f: 1 })).slice(0, 2)).toEqual(['+ rule Many', '  + rule A rule']);
    expect(detector.explain('c', { f: 2 })?.verdict).toBe(false);
  });

  it('knows no rule that is not there', () => {
    expect(detectorOf(selectionOf('f: 1')).explain('nothing', {})).toBeUndefined();
  });

  it('reads the classification', () => {
    const detector = detectorOf(selectionOf('trailwarden.access: write', 'id: r\n'));
    expect(detector.explain('r', {}, { access: 'write' })?.verdict).toBe(true);
  });
});

describe('the matched fields', () => {
  const matched = (rule: string, record: object): unknown => detectorOf(rule).match(record)[0]?.matched;

  it('are those that spoke for the match, and no others', () => {
    const rule = ruleOf('a:\n  - f: 1\n  - g: 2\nb: { h: 3 }\nc: { i: 4 }\ncondition: (a or c) and not b');
    expect(matched(rule, { f: 0, g: 2, h: 0, i: 4 })).toEqual([
      { field: 'g', value: 2 },
      { field: 'i', value: 4 },
    ]);
  });

  it('of a list are the members that matched', () => {
    expect(matched(selectionOf('l.f|contains: [a, b]'), { l: [{ f: 'xa' }, { f: 'c' }, { f: 'b' }] })).toEqual([
      { field: 'l.f', value: 'xa' },
      { field: 'l.f', value: 'b' },
    ]);
    expect(matched(selectionOf('f|neq: a'), { f: ['b', 'c'] })).toEqual([
      { field: 'f', value: 'b' },
      { field: 'f', value: 'c' },
    ]);
    expect(matched(selectionOf('f|fieldref: g'), { f: ['b', 'c'], g: 'c' })).toEqual([
      { field: 'f', value: 'b' },
      { field: 'f', value: 'c' },
    ]);
  });

  it('of a field that is not there have null for a value', () => {
    expect(matched(selectionOf('f: null\ng|exists: false'), {})).toEqual([
      { field: 'f', value: null },
      { field: 'g', value: null },
    ]);
    expect(matched(selectionOf('g|exists: true'), { g: { a: 1 } })).toEqual([{ field: 'g', value: { a: 1 } }]);
  });

  it('are named once, and not without end', () => {
    const rule = ruleOf('a: { f: 1 }\nb: { f: 1 }\ncondition: all of them');
    expect(matched(rule, { f: 1 })).toEqual([{ field: 'f', value: 1 }]);
    const many = Array.from({ length: 100 }, (_, i) => `x${i}`);
    expect(matched(selectionOf('f|contains: x'), { f: many })).toHaveLength(10);
    expect(matched(ruleOf('k: [x]\ncondition: k'), { f: many })).toHaveLength(10);
    const fields = many.map((name) => `${name}: 1`).join('\n');
    expect(matched(selectionOf(fields), Object.fromEntries(many.map((name) => [name, 1])))).toHaveLength(50);
  });
});
