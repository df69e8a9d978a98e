import fc from 'fast-check';
import { DASHES } from '../../lambda/detection/language/encodings.ts';
import { type Part, parseSigmaString, printPattern } from '../../lambda/detection/language/sigma-string.ts';
import { compilePattern } from '../../lambda/detection/match/match-text.ts';
import { instantOf, timePart } from '../../lambda/detection/match/time-part.ts';

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '-', '😀'), minLength: 1, maxLength: 2 }).map((text) => ({ text })),
  fc.constantFrom<Part>({ wild: 'many' }, { wild: 'one' }, { wild: 'dash' }),
);
const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '\n', '😀'), maxLength: 10 });

/** The pattern as a regular expression of the language's own. */
function regexOf(parts: readonly Part[]): RegExp {
  const source = parts.map((one) => {
    if ('text' in one) return one.text;
    return { many: '[^]*', one: '[^]', dash: `[${DASHES.join('')}]` }[one.wild];
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}

describe('patterns', () => {
  it('match what the same regular expression matches', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), text, (parts, value) => {
        expect(compilePattern(parts, true)(value)).toBe(regexOf(parts).test(value));
      }),
      { numRuns: 3_000 },
    );
  });

  it('take time by the product of their lengths at most', () => {
    const matches = compilePattern(parseSigmaString(`*${'a?a*'.repeat(20)}b`), false);
    const started = performance.now();
    expect(matches('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('are printed as they would be written', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '*', '?', '\\'), maxLength: 8 }), (written) => {
        const parts = parseSigmaString(written);
        expect(parseSigmaString(printPattern(parts))).toEqual(parts);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('times', () => {
  test.each([
    ['2024-07-10T23:15:42Z', '2024-07-10T23:15:42.000Z'],
    ['2024-07-10T23:15:42.5Z', '2024-07-10T23:15:42.500Z'],
    ['2024-07-10T23:15:42.123456789Z', '2024-07-10T23:15:42.123Z'],
    ['2024-07-10T23:15:42,5', '2024-07-10T23:15:42.500Z'],
    ['2024-07-10T23:15Z', '2024-07-10T23:15:00.000Z'],
    ['2024-07-10 23:15:42', '2024-07-10T23:15:42.000Z'],
    ['2024-07-10t23:15:42z', '2024-07-10T23:15:42.000Z'],
    ['2024-07-10', '2024-07-10T00:00:00.000Z'],
    ['2024-07-10T23:15:42+02:00', '2024-07-10T21:15:42.000Z'],
    ['2024-07-10T23:15:42-0230', '2024-07-11T01:45:42.000Z'],
    [1_720_653_342, '2024-07-10T23:15:42.000Z'],
    [1_720_653_342_000, '2024-07-10T23:15:42.000Z'],
  ])('%s is %s', (written, expected) => {
    expect(new Date(instantOf(written) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test('the form that CloudTrail writes is read as every other form of the same time', () => {
    const two = (most: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));
    const year = fc.integer({ min: 0, max: 9999 }).map((number) => String(number).padStart(4, '0'));
    fc.assert(
      fc.property(year, two(13), two(32), two(25), two(61), two(61), (years, months, days, hours, minutes, seconds) => {
        const written = `${years}-${months}-${days}T${hours}:${minutes}:${seconds}Z`;
        expect(instantOf(written)).toBe(instantOf(written.replace('T', ' ')));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '',
    'now',
    '2024',
    '2024-13-01',
    '2024-02-30',
    '2024-02-30T10:00:00Z',
    '2024-07-10T24:00:00Z',
    '2024-07-10T10:60:00Z',
    '2024-07-10T10:00:61Z',
    'x2024-07-10',
    '2024-07-10T10',
    '0020-07-10T10:00:00Z',
    'Jul 10, 2024, 11:15:42 PM',
    null,
    true,
    {},
    Number.NaN,
  ])('%p is no time', (written) => {
    expect(instantOf(written)).toBeUndefined();
  });

  test.each([
    ['2021-01-03', 53],
    ['2021-01-04', 1],
    ['2018-12-31', 1],
    ['2020-12-31', 53],
    ['2024-12-29', 52],
    ['2024-12-30', 1],
    ['2023-01-01', 52],
  ])('%s is in week %s of ISO 8601', (date, week) => {
    expect(timePart(instantOf(date) ?? 0, 'week')).toBe(week);
  });
});
