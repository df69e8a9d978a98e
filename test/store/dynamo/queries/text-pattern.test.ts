import fc from 'fast-check';
import { literalPattern, parsePattern } from '../../../../lambda/store/dynamo/queries/text-pattern.ts';

const matches = (pattern: string, text: string): boolean => parsePattern(pattern).matches(text);

test.each([
  ['fsx:*', 'fsx:TagResource', true],
  ['fsx:*', 'fsx:', true],
  ['fsx:*', 'xfsx:Tag', false],
  ['*Tag*', 'fsx:UntagResource', false],
  ['*a*b', 'aab', true],
  ['*a*b', 'aba', false],
  ['f?x', 'fsx', true],
  ['f?x', 'fx', false],
  ['?', '🙂', true],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a\\', 'a\\', true],
  ['', '', true],
  ['', 'a', false],
  ['A', 'a', false],
])('%j against %j: %s', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

test('only a pattern without wildcards is exact', () => {
  expect(parsePattern('a\\*b').exact).toBe('a*b');
  expect(parsePattern('a*b').exact).toBeUndefined();
  expect(parsePattern('a?b').exact).toBeUndefined();
});

test('any text made literal means itself and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, other) => {
      const pattern = parsePattern(literalPattern(text));
      expect(pattern.exact).toBe(text);
      expect(pattern.matches(other)).toBe(other === text);
    }),
  );
});

test('a pattern means what the regular expression of its parts means', () => {
  const piece = fc.constantFrom('a', 'b', '.', '*', '?');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '.') }),
      (pieces, text) => {
        const source = pieces
          .map((it) => new Map(Object.entries({ '*': '.*', '?': '.', '.': '\\.' })).get(it) ?? it)
          .join('');
        expect(matches(pieces.join(''), text)).toBe(new RegExp(`^${source}$`).test(text));
      },
    ),
  );
});

test('a pattern of many stars ends at once', () => {
  expect(matches(`${'*a'.repeat(50)}b`, 'a'.repeat(2000))).toBe(false);
});
