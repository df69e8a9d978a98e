import { detectorOf, matches, ruleOf } from './support.ts';

/** A record as it is read from a log: JSON.parse rounds what a double cannot hold. */
function recordOf(json: string): object {
  const record: unknown = JSON.parse(json);
  return typeof record === 'object' && record !== null ? record : {};
}

describe('a number of more digits than a double holds', () => {
  test.each([
    ['as a number', '12345678901234567890', '{ "f": 12345678901234567890 }', true],
    ['just above what a double holds', '9007199254740993', '{ "f": 9007199254740993 }', true],
    ['whose double is written with an exponent', '10000000000000000000000', '{ "f": 10000000000000000000000 }', true],
    ['among others', '[1, 12345678901234567890]', '{ "f": [2, 12345678901234567890] }', true],
    ['as another number', '12345678901234567890', '{ "f": 12345678901239999999 }', false],
    [
      'as the text of the number that it is rounded to',
      '12345678901234567890',
      '{ "f": "12345678901234567000" }',
      false,
    ],
    ['as a text of other digits', '12345678901234567890', '{ "f": "12345678901234567891" }', false],
  ])('is found %s', (_, value, record, expected) => {
    expect(matches(`f: ${value}`, recordOf(record))).toBe(expected);
  });

  it('is told by its digits alone where a modifier reads it as text', () => {
    const record = recordOf('{ "f": 12345678901234567890, "g": "id-12345678901234567890" }');
    expect(matches('f|contains: 12345678901234567890', record)).toBe(false);
    expect(matches('g|contains: 12345678901234567890', record)).toBe(true);
  });

  it('is none of the values of neq', () => {
    const record = recordOf('{ "f": 12345678901234567890 }');
    expect(matches('f|neq: 12345678901234567890', record)).toBe(false);
    expect(matches('f|neq: 22345678901234567890', record)).toBe(true);
  });
});

describe("a selection of the name 'them'", () => {
  const detector = detectorOf([
    ruleOf('them: { f: 1 }\nother: { g: 1 }\ncondition: 1 of them', 'id: one\n'),
    ruleOf('them: { f: 1 }\nother: { g: 1 }\ncondition: all of them', 'id: all\n'),
  ]);

  it("is one of many to 'of them', which means every selection", () => {
    const found = (record: object): string[] => detector.match(record).map(({ ruleId }) => ruleId);
    expect(found({ g: 1 })).toEqual(['one']);
    expect(found({ f: 1 })).toEqual(['one']);
    expect(found({ f: 1, g: 1 })).toEqual(['one', 'all']);
  });
});
