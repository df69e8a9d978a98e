import fc from 'fast-check';
import { compileRules, createDetector, parseRules, ruleSetSchema } from '../../lambda/detection/index.ts';
import { selectionOf } from './support.ts';

const word = fc.oneof(
  fc.constantFrom(
    'title',
    'detection',
    'condition',
    'selection',
    'filter',
    'correlation',
    'rules',
    'type',
    'timespan',
    'f|re',
    'f|all',
    'l[any]',
  ),
  fc.constantFrom(
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '*',
    '|',
    '&a',
    '*a',
    '!!x',
    '<<',
    '%',
    '\u0000',
    '\u202e',
    '- -',
    '? ',
  ),
  fc.string({ maxLength: 8 }),
);

describe('hostile rules', () => {
  it('are rejected, and never throw', () => {
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(word, tie('node'), { maxKeys: 4 }),
      ),
    })).node;
    const rule = fc.record({
      title: fc.oneof(fc.constant('x'), tree),
      logsource: fc.oneof(fc.constant({ product: 'aws' }), tree),
      'sigma-version': fc.constantFrom(2, 3),
      detection: fc.oneof(
        fc.dictionary(word, tree, { maxKeys: 3 }),
        tree,
        fc.record({ s: tree, condition: fc.oneof(fc.constant('s'), word) }),
      ),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(rule, tree), { maxLength: 3 }), tree, (rules, event) => {
        // JSON is YAML.
        const texts = rules.map((one) => ({ text: JSON.stringify(one) ?? '' }));
        const { ruleSet } = parseRules(texts);
        const detector = createDetector(ruleSetSchema.parse(JSON.parse(JSON.stringify(ruleSet))));
        const record = typeof event === 'object' && event !== null ? event : { f: event };
        for (const { id } of detector.rules) detector.explain(id, record);
        detector.match(record);
        detector.correlate(record, 0);
      }),
      { numRuns: 1_500 },
    );
  });

  it('may be any text', () => {
    const line = fc.array(word, { maxLength: 4 }).map((words) => words.join(': '));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        compileRules([lines.join('\n')]);
      }),
      { numRuns: 1_500 },
    );
  });

  it('cannot reach the program by the names of things', () => {
    const names = ['constructor', 'prototype', 'toString', 'valueOf'];
    for (const name of names) {
      const { detector, problems } = compileRules([selectionOf(`${name}: x`, `id: ${name}\nname: ${name}\n`)], {
        levels: {},
        placeholders: {},
      });
      expect(problems).toEqual([]);
      expect(detector.match({})).toEqual([]);
      expect(detector.match({ [name]: 'x' })).toHaveLength(1);
    }
  });
});
