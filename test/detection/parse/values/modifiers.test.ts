import { matches, refusalOf } from '../../support.ts';

const base64 = (text: string, encoding: BufferEncoding = 'utf8'): string =>
  Buffer.from(text, encoding).toString('base64');

describe('modifiers of strings', () => {
  test.each([
    ['contains', 'f|contains: bc', 'xABCx', 'acb'],
    ['startswith', 'f|startswith: ab', 'ABc', 'cab'],
    ['endswith', 'f|endswith: bc', 'aBC', 'bca'],
    ['contains with a wildcard within', 'f|contains: b*d', 'abcde', 'adcba'],
    ['startswith with a wildcard within', 'f|startswith: a?c', 'abcd', 'xabc'],
    ['endswith with a wildcard within', 'f|endswith: b?d', 'abcd', 'abcde'],
    ['contains of nothing but a star', "f|contains: '*'", '', undefined],
    ['cased', 'f|cased: Abc', 'Abc', 'abc'],
    ['cased contains', 'f|cased|contains: Bc', 'aBcd', 'abcd'],
    ['cased with a wildcard', 'f|cased: A*c', 'Abc', 'abc'],
    ['neq', 'f|neq: abc', 'abd', 'ABC'],
    ['neq of a list', 'f|neq: [a, b]', 'c', 'b'],
    ['neq contains', 'f|contains|neq: b', 'acd', 'abc'],
    ['all', 'f|contains|all: [ab, cd]', 'cdab', 'abxx'],
    ['windash', "f|windash|contains: ' -p'", 'x /p', 'x +p'],
    ['windash of an en dash', "f|windash: '-p'", '\u2013p', '_p'],
    ['windash of an em dash', "f|windash: '/p'", '\u2014p', 'p'],
    ['windash of a horizontal bar', "f|windash: '\u2013a-b'", '\u2015a/b', '\u2015a b'],
    ['windash behind contains', "f|contains|windash: ' -a -b '", 'x /a \u2014b y', 'x /a b y'],
    ['windash with all', "f|windash|contains|all: [' -a', ' -b']", 'x /b /a', 'x /b'],
    ['base64', 'f|base64: foobar', 'Zm9vYmFy', 'foobar'],
    ['base64 of UTF-8', 'f|base64: é', base64('é'), base64('é', 'latin1')],
    ['base64 contains', 'f|base64|contains: foobar', 'x Zm9vYmFy x', 'Zm9vYmF'],
    ['cased base64', 'f|base64|cased: foobar', 'Zm9vYmFy', 'zm9vYmFy'],
    ['utf16le', 'f|utf16le: ab', 'a\u0000b\u0000', '\u0000a\u0000b'],
    ['wide', 'f|wide: ab', 'a\u0000b\u0000', 'ab'],
    ['utf16be', 'f|utf16be: ab', '\u0000a\u0000b', 'a\u0000b\u0000'],
    ['utf16 with its byte order mark', 'f|utf16: a', '\u00ff\u00fea\u0000', 'a\u0000'],
    ['wide base64', 'f|wide|base64: ab', base64('ab', 'utf16le'), base64('ab')],
    ['utf16 base64', 'f|utf16|base64: ab', base64('\ufeffab', 'utf16le'), base64('ab', 'utf16le')],
    [
      'utf16be base64',
      'f|utf16be|base64: ab',
      Buffer.from('\u0000a\u0000b').toString('base64'),
      base64('ab', 'utf16le'),
    ],
    ['windash base64', "f|windash|base64: '-p'", base64('/p'), base64('+p')],
    ['wide with a star', "f|wide: 'a*c'", 'a\u0000bbc\u0000', 'abc'],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match })).toBe(true);
    expect(matches(selection, { f: miss })).toBe(false);
  });

  test.each(['', ' ', 'xy', 'xyz', 'longer'])(
    "base64offset finds its text behind '%s', wherever that ends",
    (before) => {
      for (const after of ['', '!', '!!', '!!!']) {
        const f = base64(`${before}curl http${after}`);
        expect(matches('f|base64offset|contains: curl http', { f })).toBe(true);
        expect(matches('f|base64offset: curl http', { f })).toBe(true);
        expect(matches('f|wide|base64offset|contains: curl', { f: base64(`${before}curl${after}`, 'utf16le') })).toBe(
          true,
        );
      }
      expect(matches('f|base64offset|contains: curl http', { f: base64(`${before}wget http`) })).toBe(false);
    },
  );
});

describe('re', () => {
  test.each([
    ['is searched for anywhere', 'f|re: b+c', 'abbcd', 'acd'],
    ['is case-sensitive', 'f|re: ^Ab$', 'Ab', 'ab'],
    ['ignores case with i', 'f|re|i: ^Ab$', 'aB', 'ac'],
    ['ignores case with ignorecase', 'f|re|ignorecase: ^Ab$', 'aB', 'ac'],
    ['anchors at lines with m', 'f|re|m: ^b$', 'a\nb', 'ab'],
    ['anchors at lines with multiline', 'f|re|multiline: ^b$', 'a\nb', 'ab'],
    ['lets the dot match newlines with s', 'f|re|s: a.b', 'a\nb', 'ab'],
    ['lets the dot match newlines with dotall', 'f|re|dotall: a.b', 'a\nb', 'ab'],
    ['takes several flags', 'f|re|i|m|s: ^A.B$', 'x\na\nb', 'x\nab'],
    ['anchors at the text without m', 'f|re: ^b$', 'b', 'a\nb'],
    ['keeps the dot from newlines without s', 'f|re: a.b', 'axb', 'a\nb'],
    ['honours a leading (?i)', 'f|re: (?i)^ab$', 'AB', 'ac'],
    ['honours a leading (?s)', 'f|re: (?s)a.b', 'a\nb', 'ab'],
    ['honours a leading (?m)', 'f|re: (?m)^b$', 'a\nb', 'ab'],
    ['knows lookbehinds, in linear time', 'f|re: (?<=a)b', 'ab', 'cb'],
    ['knows negative lookbehinds', 'f|re: (?<!a)b', 'cb', 'ab'],
    ['is no Sigma string', "f|re: 'a\\*b'", 'a*b', 'aXb'],
    ['with all needs each', 'f|re|all: [a+, b+]', 'ba', 'aa'],
    ['with neq needs none', 'f|re|neq: [a, b]', 'c', 'xa'],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match })).toBe(true);
    expect(matches(selection, { f: miss })).toBe(false);
  });

  it('reads numbers, booleans and objects as text', () => {
    expect(matches('f|re: ^4', { f: 443 })).toBe(true);
    expect(matches('f|re: ^true$', { f: true })).toBe(true);
    expect(matches(`f|re: '"a":1'`, { f: { a: 1 } })).toBe(true);
    expect(matches('f|re: .*', { f: null })).toBe(false);
    expect(matches('f|re: .*', {})).toBe(false);
  });

  test.each([
    ['f|re: a(?=b)', /lookahead.*linear time/],
    ['f|re: a(?!b)', /lookahead/],
    ['f|re: (a)\\1', /backreference/],
    ['f|re: (?>a)b', /atomic group/],
    ['f|re: a++b', /possessive/],
    ["f|re: '[a'", /not a regular expression of RE2/],
    ["f|re: 'a{2000}'", /not a regular expression of RE2: invalid repeat count/],
  ])('refuses %s, saying why', (selection, why) => {
    expect(refusalOf(selection)).toMatch(why);
  });

  it('stays within the limits that the options set', () => {
    expect(refusalOf('f|re: abcdef', { regex: { maxLength: 5 } })).toBe(
      'the regular expression is longer than 5 characters',
    );
    expect(matches('f|re: abcde', { f: 'abcde' }, { regex: { maxLength: 5 } })).toBe(true);
    expect(refusalOf('f|re: (a{100}){10}', { regex: { maxProgramSize: 50 } })).toMatch(/more than 50/);
    expect(refusalOf(`f|re: '${'a'.repeat(1_001)}'`)).toMatch(/longer than 1000/);
  });

  it('takes no longer on a text that makes backtracking explode', () => {
    const started = performance.now();
    expect(matches('f|re: ^(a+)+$', { f: `${'a'.repeat(20_000)}!` })).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('numbers', () => {
  test.each([
    ['lt', 'f|lt: 10', 9, 10],
    ['lte', 'f|lte: 10', 10, 11],
    ['gt', 'f|gt: 10', 11, 10],
    ['gte', 'f|gte: 10', 10, 9],
    ['gt of a text in the record', 'f|gt: 10', '10.5', '9'],
    ['gt of a text in the rule', "f|gt: '10'", 11, 10],
    ['a negative bound', 'f|lt: -1.5', -2, -1],
    ['one of several bounds', 'f|gt: [100, 10]', 11, 9],
    ['all of several bounds', 'f|gt|all: [100, 10]', 101, 50],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match })).toBe(true);
    expect(matches(selection, { f: miss })).toBe(false);
  });

  it('compares only what is a number', () => {
    for (const f of [undefined, null, '', 'abc', '0x10', true, {}, [], '1e', ' 1', 'NaN', 'Infinity']) {
      expect(matches('f|gte: 0', { f })).toBe(false);
      expect(matches('f|lt: 100', { f })).toBe(false);
    }
  });

  test.each(['lt', 'lte', 'gt', 'gte'])('%s refuses a value that is no number', (name) => {
    expect(refusalOf(`f|${name}: abc`)).toBe(`'${name}' compares numbers, not 'abc'`);
    expect(refusalOf(`f|${name}: true`)).toMatch(/compares numbers/);
    expect(refusalOf(`f|${name}: .inf`)).toMatch(/compares numbers/);
  });
});

describe('parts of times', () => {
  const f = '2024-07-10T23:15:42Z';

  test.each([
    ['minute', 15, 16],
    ['hour', 23, 22],
    ['day', 10, 11],
    ['week', 28, 27],
    ['month', 7, 8],
    ['year', 2024, 2023],
  ])('%s', (part, match, miss) => {
    expect(matches(`f|${part}: ${match}`, { f })).toBe(true);
    expect(matches(`f|${part}: [${miss}, ${match}]`, { f })).toBe(true);
    expect(matches(`f|${part}: ${miss}`, { f })).toBe(false);
    expect(matches(`f|${part}|neq: ${miss}`, { f })).toBe(true);
    expect(matches(`f|${part}|neq: ${match}`, { f })).toBe(false);
    expect(matches(`f|${part}|gte: ${match}`, { f })).toBe(true);
    expect(matches(`f|${part}|lt: ${match}`, { f })).toBe(false);
    expect(matches(`f|${part}: ${match}`, { f: 'no time' })).toBe(false);
    expect(matches(`f|${part}: ${match}`, {})).toBe(false);
    expect(refusalOf(`f|${part}: soon`)).toMatch(/is a whole number from/);
    expect(refusalOf(`f|${part}: 1.5`)).toMatch(/is a whole number from/);
    expect(refusalOf(`f|${part}: 10000`)).toMatch(/is a whole number from/);
  });

  test.each([
    ['minute', 60],
    ['hour', 24],
    ['day', 0],
    ['week', 54],
    ['month', 13],
    ['month', 0],
  ])('%s refuses %s, which it never is', (part, value) => {
    expect(refusalOf(`f|${part}: ${value}`)).toMatch(/whole number/);
  });
});

describe('cidr', () => {
  test.each([
    ['IPv4', 'f|cidr: 10.0.0.0/8', '10.255.0.1', '11.0.0.1'],
    ['a single address', 'f|cidr: 10.0.0.1', '10.0.0.1', '10.0.0.2'],
    ['everything', 'f|cidr: 0.0.0.0/0', '203.0.113.9', '2001:db8::1'],
    ['a list', 'f|cidr: [10.0.0.0/8, 192.168.0.0/16]', '192.168.3.4', '172.16.0.1'],
    ['IPv6', 'f|cidr: 2001:db8::/32', '2001:DB8:0:1::5', '2001:db9::1'],
    ['IPv6 within a group', 'f|cidr: fe80::/10', 'febf::1', 'fec0::1'],
    ['a v4-mapped address', 'f|cidr: 10.0.0.0/8', '::ffff:10.1.2.3', '::ffff:11.1.2.3'],
    ['a v4-mapped network', "f|cidr: '::ffff:10.0.0.0/104'", '10.1.2.3', '11.1.2.3'],
    ['none of them', 'f|cidr|neq: 10.0.0.0/8', '11.0.0.1', '10.0.0.1'],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match })).toBe(true);
    expect(matches(selection, { f: miss })).toBe(false);
  });

  test.each([
    'ec2.amazonaws.com',
    'AWS Internal',
    '',
    '10.1',
    '0x0a000001',
    '010.0.0.1',
    '10.0.0.0/16',
    '10.0.0.1:80',
    12,
    null,
  ])('no address is %p', (f) => {
    expect(matches('f|cidr: [0.0.0.0/0, "::/0"]', { f })).toBe(false);
  });

  test.each([
    ['f|cidr: 10.0.0.0/33', /no prefix length from 0 to 32/],
    ['f|cidr: 10.0.0.0/x', /no prefix length/],
    ['f|cidr: 2001:db8::/129', /no prefix length from 0 to 128/],
    ['f|cidr: 10.0.0.0/8/8', /not a network/],
    ['f|cidr: 10.*', /not a network/],
    ['f|cidr: network', /not a network/],
    ['f|cidr: 10.1.2.3/8', /bits set behind its prefix -> 10\.0\.0\.0\/8/],
    ['f|cidr: 10.1.2.3/13', /-> 10\.0\.0\.0\/13/],
    ['f|cidr: 2001:db8::1/33', /-> 2001:db8::\/33/],
  ])('refuses %s', (selection, why) => {
    expect(refusalOf(selection)).toMatch(why);
  });
});

describe('exists', () => {
  it('asks for the field, not for its value', () => {
    for (const f of ['', null, 0, false, [], {}, 'x']) {
      expect(matches('f|exists: true', { f })).toBe(true);
      expect(matches('f|exists: false', { f })).toBe(false);
    }
    expect(matches('f|exists: true', {})).toBe(false);
    expect(matches('f|exists: false', {})).toBe(true);
    expect(matches('f|exists: yes', { f: 1 })).toBe(true);
    expect(matches('f|exists: no', { f: 1 })).toBe(false);
    expect(matches("f|exists: 'false'", {})).toBe(true);
  });

  it('finds a field in any member of a list', () => {
    expect(matches('l.f|exists: true', { l: [{}, { f: null }] })).toBe(true);
    expect(matches('l.f|exists: true', { l: [{}, {}] })).toBe(false);
    expect(matches('l.f|exists: false', { l: [] })).toBe(true);
  });

  test.each(['f|exists: maybe', 'f|exists: 1', 'f|exists: null', 'f|exists: [true]', 'f|exists: {}'])(
    'refuses %s',
    (selection) => {
      expect(refusalOf(selection)).toMatch(/'exists' is true or false, not/);
    },
  );
});

describe('expand', () => {
  const placeholders = {
    admins: ['root', 'adm_*'],
    one: ['x'],
    none: [],
    networks: ['10.0.0.0/8', '192.168.0.0/16'],
    bad: ['nowhere'],
  };

  test.each([
    ['a placeholder', "f|expand: '%admins%'", 'ROOT', 'alice'],
    ['a wildcard in a value', "f|expand: '%admins%'", 'adm_bob', 'xadm_bob'],
    ['text around it', "f|expand: 'a-%one%-b'", 'a-x-b', 'a-y-b'],
    ['two placeholders', "f|expand: '%one%/%admins%'", 'x/root', 'root/x'],
    ['a placeholder among values', "f|expand: ['%one%', plain]", 'plain', 'other'],
    ['contains', "f|expand|contains: '%admins%'", 'the root user', 'the user'],
    ['an escaped percent sign', "f|expand: '\\%plain%one%'", '%plainx', '%plain%one%'],
    ['a percent sign that opens nothing', "f|expand: '100% %one%'", '100% x', '100 x'],
    ['base64', "f|expand|base64: '%one%'", 'eA==', 'x'],
    ['cidr', "f|expand|cidr: '%networks%'", '192.168.1.1', '11.0.0.1'],
    ['neq', "f|expand|neq: '%admins%'", 'alice', 'root'],
  ])('%s', (_, selection, match, miss) => {
    expect(matches(selection, { f: match }, { placeholders })).toBe(true);
    expect(matches(selection, { f: miss }, { placeholders })).toBe(false);
  });

  it('matches nothing where the configuration has an empty list', () => {
    expect(matches("f|expand: '%none%'", { f: '' }, { placeholders })).toBe(false);
    expect(matches("f|expand: ['%none%', a]", { f: 'a' }, { placeholders })).toBe(true);
  });

  it('leaves percent signs alone where it is not asked', () => {
    expect(matches("f: '%admins%'", { f: '%admins%' }, { placeholders })).toBe(true);
  });

  it('refuses what it has no values for', () => {
    expect(refusalOf("f|expand: '%others%'", { placeholders })).toBe(
      'the placeholder %others% has no values in the configuration',
    );
    expect(refusalOf("f|expand: '%constructor%'", { placeholders })).toMatch(/no values/);
    expect(refusalOf("f|expand: '%admins%'")).toMatch(/no values/);
    expect(refusalOf('f|expand: plain', { placeholders })).toMatch(/without a placeholder/);
    expect(refusalOf("f|expand|cidr: '%bad%'", { placeholders })).toMatch(/not a network/);
    expect(refusalOf("f|expand|cidr: '%admins%'", { placeholders })).toMatch(/not a network|wildcards/);
  });
});

describe('fieldref', () => {
  test.each([
    ['equal', 'f|fieldref: g', 'Alice', 'alice', 'bob'],
    ['cased', 'f|fieldref|cased: g', 'alice', 'alice', 'Alice'],
    ['contains', 'f|fieldref|contains: g', 'an alice there', 'alice', 'bob'],
    ['contains before it', 'f|contains|fieldref: g', 'an alice there', 'alice', 'bob'],
    ['startswith', 'f|fieldref|startswith: g', 'alice there', 'alice', 'there'],
    ['endswith', 'f|fieldref|endswith: g', 'an alice', 'alice', 'an'],
    ['neq', 'f|fieldref|neq: g', 'alice', 'bob', 'ALICE'],
    ['a number against its text', 'f|fieldref: g', 22, '22', 23],
    ['any member', 'f|fieldref: g', ['a', 'b'], ['c', 'B'], ['c']],
  ])('%s', (_, selection, f, match, miss) => {
    expect(matches(selection, { f, g: match })).toBe(true);
    expect(matches(selection, { f, g: miss })).toBe(false);
  });

  it('follows paths, and never matches what is not there', () => {
    expect(matches('a.b|fieldref: c.d', { a: { b: 1 }, c: [{ d: 2 }, { d: 1 }] })).toBe(true);
    for (const record of [{}, { f: 1 }, { g: 1 }, { f: null, g: null }]) {
      expect(matches('f|fieldref: g', record)).toBe(false);
      expect(matches('f|fieldref|neq: g', record)).toBe(false);
    }
  });

  it('takes a list of fields', () => {
    expect(matches('f|fieldref: [g, h]', { f: 1, g: 2, h: 1 })).toBe(true);
    expect(matches('f|fieldref|all: [g, h]', { f: 1, g: 2, h: 1 })).toBe(false);
    expect(matches('f|fieldref|all: [g, h]', { f: 1, g: 1, h: 1 })).toBe(true);
  });

  it('refuses a name that is none', () => {
    expect(refusalOf("f|fieldref: ''")).toMatch(/needs the name of a field/);
    expect(refusalOf('f|fieldref: null')).toMatch(/null cannot be modified/);
  });
});

describe('chains that make no sense are refused', () => {
  test.each([
    ['f|contain: a', "unknown modifier 'contain' -> contains"],
    ['f|Contains: a', "unknown modifier 'Contains' -> contains"],
    ['f|regex: a', "unknown modifier 'regex'"],
    ['f|constructor: a', "unknown modifier 'constructor'"],
    ['f|__proto__: a', "unknown modifier '__proto__'"],
    ['f|: a', 'a modifier is missing after |'],
    ['f|contains|contains: a', "the modifier 'contains' is given twice"],
    ['f|wide|utf16le: a', "the modifier 'utf16le' is given twice"],
    ['f|contains|startswith: a', "'contains' and 'startswith' exclude each other"],
    ['f|startswith|endswith: a', "'startswith' and 'endswith' exclude each other"],
    ['f|re|cidr: a', "'re' and 'cidr' exclude each other"],
    ['f|gt|lt: 1', "'gt' and 'lt' exclude each other"],
    ['f|hour|minute: 1', "'hour' and 'minute' exclude each other"],
    ['f|gt|hour: 1', "'gt' and 'hour' exclude each other"],
    ['f|re|contains: a', "'contains' has no effect on 're'"],
    ['f|re|cased: a', "'cased' has no effect on 're'"],
    ['f|re|base64: a', "'base64' has no effect on 're'"],
    ['f|cidr|contains: a', "'contains' has no effect on 'cidr'"],
    ['f|gt|cased: 1', "'cased' has no effect on 'gt'"],
    ['f|hour|contains: 1', "'contains' has no effect on 'hour'"],
    ['f|fieldref|base64: g', "'base64' has no effect on 'fieldref'"],
    ['f|i: a', "'i' belongs behind 're'"],
    ['f|i|re: a', "'i' belongs behind 're'"],
    ['f|contains|m: a', "'m' belongs behind 're'"],
    ['f|exists|all: true', "'exists' stands alone"],
    ['f|exists|neq: true', "'exists' stands alone"],
    ['f|neq|all: [a, b]', "'neq' and 'all' exclude each other: neq is none of the values already"],
    ['f|neq|lt: 1', "'neq' and 'lt' exclude each other"],
    ['f|base64|base64offset: abc', "'base64' and 'base64offset' exclude each other"],
    ['f|utf16le|utf16be: abc', "'utf16le' and 'utf16be' exclude each other"],
    ['f|base64|wide: abc', "'utf16le' must stand before 'base64'"],
    ['f|base64|windash: abc', "'windash' must stand before 'base64'"],
    ['f|base64|expand: abc', "'expand' must stand before 'base64'"],
    ['f|cidr|expand: abc', "'expand' must stand before 'cidr'"],
    ['f|contains|base64: abc', "'contains' must stand behind 'base64': wildcards cannot be encoded"],
    ["f|base64: 'a*'", "'base64' cannot encode wildcards"],
    ["f|base64offset: 'a?b'", "'base64offset' cannot encode wildcards"],
    ["f|wide: 'a?b'", "'utf16le' cannot encode the wildcard ?"],
    ['f|base64offset: a', "'base64offset' needs two bytes or more: fewer leave nothing to recognize"],
    ["f|windash|base64: '-----'", "too many dashes to encode '-----'"],
    ['f|contains|all: a', "'all' needs a list of two values or more"],
    ['f|all: [a]', "'all' needs a list of two values or more"],
    ['f|contains: null', 'null cannot be modified'],
    ['f|cased: null', 'null cannot be modified'],
  ])('%s', (selection, why) => {
    expect(refusalOf(selection)).toBe(why);
  });

  it('keeps an escaped wildcard, which is text, through the encodings', () => {
    expect(matches("f|base64: 'a\\*b'", { f: base64('a*b') })).toBe(true);
  });
});
