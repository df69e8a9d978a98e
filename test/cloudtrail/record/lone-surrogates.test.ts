import fc from 'fast-check';
import { replaceLoneSurrogates } from '../../../lambda/cloudtrail/record/lone-surrogates.ts';

describe('half of a surrogate pair', () => {
  test.each([
    ['"\\ud800"', '"\\ufffd"'],
    ['"\\uDFFFx"', '"\\ufffdx"'],
    ['"\\ud83d\\ude00"', '"\\ud83d\\ude00"'],
    ['"\\ud83d\\ud83d\\ude00"', '"\\ufffd\\ud83d\\ude00"'],
    ['"\\\\ud800"', '"\\\\ud800"'],
    ['"\\\\\\ud800"', '"\\\\\\ufffd"'],
    ['{"\\ud800":1}', '{"\\ufffd":1}'],
    ['"\\ud7ff\\ue000"', '"\\ud7ff\\ue000"'],
  ])('of %s', (json, expected) => {
    expect(replaceLoneSurrogates(json)).toBe(expected);
  });

  test('is what toWellFormed replaces, and nothing else', () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
    const surrogates = fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', '\\', 'u', 'd', '8', '0', 'a') });
    fc.assert(
      fc.property(fc.oneof(text, surrogates), (value) => {
        expect(JSON.parse(replaceLoneSurrogates(JSON.stringify(value)))).toBe(value.toWellFormed());
      }),
    );
  });
});
