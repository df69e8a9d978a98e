import { detectorOf, matches, refusalOf, ruleOf, selectionOf } from './support.ts';

describe('strings', () => {
  test.each([
    ['case does not matter', 'f: CreateUser', 'createUSER', 'createUsers'],
    ['not even beyond ASCII', 'f: ÄÖÜ', 'äöü', 'aou'],
    ['nor for the final sigma', 'f|contains: ΔΟΣ', 'οδοσδος', 'οδο'],
    ['a value is the whole text', 'f: reate', 'reate', 'CreateUser'],
    ['a dot is a dot', 'f: a.c', 'a.c', 'abc'],
    ['* is any text, newlines included', "f: 'a*z'", 'a\nb\nz', 'a\nb'],
    ['* is also no text', "f: 'a*z'", 'az', 'a'],
    ['* anchors at both ends', "f: 'b*'", 'bc', 'abc'],
    ['two stars', "f: 'a*b*c'", 'a1b2c', 'a1c2b'],
    ['stars do not overlap what they join', "f: 'ab*ba'", 'abba', 'aba'],
    ['? is exactly one character', "f: 'a?c'", 'abc', 'ac'],
    ['? is one character beyond the basic plane too', "f: 'a?c'", 'a😀c', 'abbc'],
    ['? at the end', "f: 'ab?'", 'abc', 'ab'],
    ['? after a star', "f: '*?b'", 'xxab', 'b'],
    ['? between stars', "f: '*a?c*'", 'xxabcxx', 'xxacxx'],
    ['only ?', "f: '??'", 'ab', 'a'],
    ['\\* is a star', "f: 'a\\*c'", 'a*c', 'abc'],
    ['\\? is a question mark', "f: 'a\\?c'", 'a?c', 'abc'],
    ['a backslash before anything else is itself', "f: 'C:\\Windows\\x'", 'C:\\Windows\\x', 'C:Windowsx'],
    ['\\\\ is one backslash', "f: 'C:\\\\Windows'", 'C:\\Windows', 'C:\\\\Windows'],
    ['\\\\* is a backslash and a wildcard', "f: 'C:\\\\*'", 'C:\\any', 'C:*'],
    ['\\\\\\* is a backslash and a star', "f: 'C:\\\\\\*'", 'C:\\*', 'C:\\any'],
    ['three backslashes are two', "f: 'a\\\\\\b'", 'a\\\\b', 'a\\b'],
    ['four backslashes are two', "f: 'a\\\\\\\\b'", 'a\\\\b', 'a\\\\\\\\b'],
    ['a backslash at the end is itself', "f: 'a\\'", 'a\\', 'a'],
    ['a backslash before ? escapes it within contains', "f|contains: 'a\\?'", 'xa?x', 'xabx'],
    ['double quotes', 'f: "a\\"b"', 'a"b', 'ab'],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match })).toBe(true);
    expect(matches(selection, { f: miss })).toBe(false);
  });
});

describe('values of other kinds', () => {
  test.each([
    ['a number against the same number', 'f: 22', 22, 23],
    ['a number against its text', 'f: 22', '22', '022'],
    ['a text against the number', "f: '22'", 22, 220],
    ['a wildcard against a number', "f: '2*'", 22, 32],
    ['? against a number', "f: '2?'", 22, 2],
    ['a fraction', 'f: 2.5', 2.5, 25],
    ['a number as it was written', 'f: 0x1F', '0x1f', '0x1'],
    ['a number in another notation', 'f: 0x1F', 31, 3],
    ['a fraction with zeros behind it', 'f: 2.50', '2.50', '2.500'],
    ['an account id with a leading zero', 'f: 012345678901', '012345678901', '12345678901'],
    ['more digits than a double has', 'f: 12345678901234567890', '12345678901234567890', '12345678901234567000'],
    ['contains of a number', 'f|contains: 2.15', 'aws-cli/2.15.0', 'aws-cli/2.1'],
    ['startswith of a number', 'f|startswith: 10', '10.0.0.1', '9.10'],
    ['a boolean against the boolean', 'f: true', true, false],
    ['a boolean against its text', 'f: true', 'True', 'yes'],
    ['a text against the boolean', "f: 'FALSE'", false, true],
    ['a wildcard against a boolean', "f: 't*'", true, false],
    ['an empty text', "f: ''", '', ' '],
    ['a list of values', 'f: [a, 2, true]', 2, 'b'],
    ['a text against null', "f: 'null'", 'null', null],
    ['an unquoted word that YAML 1.1 took for a boolean', 'f: No', 'NO', false],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match })).toBe(true);
    expect(matches(selection, { f: miss })).toBe(false);
  });

  it('finds nothing in a field that is not there, or is null', () => {
    for (const selection of [
      'f: a',
      "f: '*'",
      "f: ''",
      "f|contains: ''",
      'f|contains: a',
      'f|neq: a',
      'f|gt: 0',
      'f|re: .*',
    ]) {
      expect(matches(selection, {})).toBe(false);
      expect(matches(selection, { f: null })).toBe(false);
      expect(matches(selection, { f: [] })).toBe(false);
      expect(matches(selection, { f: [null] })).toBe(false);
    }
  });

  it('matches an object by its compact JSON', () => {
    const f = { VersioningConfiguration: { Status: 'Suspended' } };
    expect(matches('f|contains: Suspended', { f })).toBe(true);
    expect(matches(`f|contains: '"Status":"Suspended"'`, { f })).toBe(true);
    expect(matches(`f: '{"a":1}'`, { f: { a: 1 } })).toBe(true);
    expect(matches('f|contains: Suspended', { f: [{ x: 1 }, f] })).toBe(true);
    expect(matches('f|contains: Enabled', { f })).toBe(false);
  });
});

describe('null', () => {
  it('matches a field that is absent or null, and not an empty text', () => {
    expect(matches('f: null', {})).toBe(true);
    expect(matches('f: null', { f: null })).toBe(true);
    expect(matches('f:', { f: null })).toBe(true);
    expect(matches('f: ~', {})).toBe(true);
    expect(matches('f: null', { f: '' })).toBe(false);
    expect(matches('f: null', { f: 0 })).toBe(false);
    expect(matches('f: null', { f: false })).toBe(false);
    expect(matches('a.b: null', { a: {} })).toBe(true);
    expect(matches('a.b: null', { a: 'text' })).toBe(true);
  });

  it('matches a list that holds null, and not an empty one', () => {
    expect(matches('f: null', { f: ['a', null] })).toBe(true);
    expect(matches('f: null', { f: ['a'] })).toBe(false);
    expect(matches('f: null', { f: [] })).toBe(false);
  });

  it('with neq asks for a value', () => {
    expect(matches('f|neq: null', { f: 'a' })).toBe(true);
    expect(matches('f|neq: null', { f: null })).toBe(false);
    expect(matches('f|neq: null', {})).toBe(false);
  });

  it('can be negated by a selection of its own', () => {
    const detector = detectorOf(ruleOf('filter:\n  f: null\ncondition: not filter'));
    expect(detector.match({ f: 'a' })).toHaveLength(1);
    expect(detector.match({})).toHaveLength(0);
  });

  it('is refused in a list of values, as the specification has it', () => {
    expect(refusalOf("f: ['', null]")).toMatch(/null cannot be part of a list/);
    expect(refusalOf('f: [null]')).toMatch(/null cannot be part of a list/);
  });
});

describe('paths', () => {
  it('lead through objects', () => {
    expect(matches('a.b.c: x', { a: { b: { c: 'X' } } })).toBe(true);
    expect(matches('a.b.c: x', { a: { b: 'x' } })).toBe(false);
  });

  it('lead through lists to any member', () => {
    const record = { a: [{ b: [{ c: 'x' }, { c: 'y' }] }, { b: { c: ['z', ['w']] } }, 'text', null] };
    for (const value of ['x', 'y', 'z', 'w']) expect(matches(`a.b.c: ${value}`, record)).toBe(true);
    expect(matches('a.b.c: v', record)).toBe(false);
    expect(matches('a.b.c|all: [x, w]', record)).toBe(true);
    expect(matches('a.b.c|all: [x, v]', record)).toBe(false);
    expect(matches('a.b.c|neq: x', record)).toBe(false);
    expect(matches('a.b.c|neq: v', record)).toBe(true);
    expect(matches('a: text', record)).toBe(true);
  });

  it('do not bind two fields to one member', () => {
    expect(matches('l.a: 1\nl.b: 2', { l: [{ a: 1 }, { b: 2 }] })).toBe(true);
  });

  it('take a literal key that holds dots before nested ones', () => {
    expect(matches('a.b: literal', { 'a.b': 'literal', a: { b: 'nested' } })).toBe(true);
    expect(matches('a.b: nested', { 'a.b': 'literal', a: { b: 'nested' } })).toBe(false);
    expect(matches('a.b.c: x', { a: { 'b.c': 'x', b: { c: 'y' } } })).toBe(true);
    expect(matches('a.b.c: x', { 'a.b': { c: 'x' } })).toBe(true);
    expect(matches('a.b.c: x', { 'a.b': {}, a: { b: { c: 'x' } } })).toBe(false);
  });

  it('see only what a record owns', () => {
    for (const field of ['constructor', 'toString', '__proto__', 'a.constructor', 'l.length', 'a.__proto__.x']) {
      expect(matches(`${field}|exists: true`, { a: {}, l: [] })).toBe(false);
    }
    expect(matches('__proto__: x', JSON.parse('{"__proto__":"x"}'))).toBe(true);
  });

  it('take names as they are written, case included', () => {
    expect(matches('eventname: a', { eventName: 'a' })).toBe(false);
    expect(matches('"a b": x', { 'a b': 'x' })).toBe(true);
    expect(matches('"kubernetes.io/name": x', { 'kubernetes.io/name': 'x' })).toBe(true);
    expect(matches('aws:id: x', { 'aws:id': 'x' })).toBe(true);
  });

  it('survive records that are nested beyond measure', () => {
    const depth = 50_000;
    const record = JSON.parse(
      `{"a":${'['.repeat(depth)}${']'.repeat(depth)},"b":${'{"b":'.repeat(depth)}1${'}'.repeat(depth)}}`,
    );
    const detector = detectorOf([
      selectionOf('a: x'),
      selectionOf('a.b: x', 'id: two\n'),
      selectionOf('b|contains: x', 'id: three\n'),
      selectionOf('- x', 'id: four\n'),
    ]);
    expect(detector.match(record)).toEqual([]);
  });
});

describe('the classification under trailwarden.', () => {
  it('is what the caller derived from the record', () => {
    const detector = detectorOf(selectionOf('trailwarden.actor.kind: root'));
    expect(detector.match({}, { actor: { kind: 'root' } })).toHaveLength(1);
    expect(detector.match({}, { actor: { kind: 'service' } })).toHaveLength(0);
    expect(detector.match({ trailwarden: { actor: { kind: 'root' } } })).toHaveLength(0);
    expect(detector.match({ 'trailwarden.actor.kind': 'root' })).toHaveLength(0);
  });

  it('is computed only when a rule asks, and once', () => {
    const derive = jest.fn(() => ({ access: 'write' }));
    const detector = detectorOf(selectionOf('eventName: a\ntrailwarden.access: write\ntrailwarden.other: null'), {
      derive,
    });
    expect(detector.match({ eventName: 'b' })).toHaveLength(0);
    expect(derive).not.toHaveBeenCalled();
    const record = { eventName: 'a' };
    expect(detector.match(record)).toHaveLength(1);
    expect(derive.mock.calls).toEqual([[record]]);
  });
});
