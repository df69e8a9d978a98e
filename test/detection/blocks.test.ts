import { detectorOf, matches, matchesBlock, problemsOf, refusalOf, selectionOf } from './support.ts';

const V3 = 'sigma-version: 3\n';

describe('blocks over the members of a list', () => {
  const open = { fromPort: 0, toPort: 65535, ranges: [{ cidrIp: '10.0.0.0/8' }, { cidrIp: '0.0.0.0/0' }] };
  const web = { fromPort: 443, toPort: 443, ranges: [{ cidrIp: '0.0.0.0/0' }] };
  const inner = { fromPort: 22, toPort: 22, ranges: [{ cidrIp: '10.0.0.0/8' }] };
  const ssh = 'items[any]:\n  fromPort|lte: 22\n  toPort|gte: 22\n  ranges[any]: { cidrIp: 0.0.0.0/0 }';

  it('bind all fields to one member', () => {
    expect(matchesBlock(ssh, { items: [web, open] })).toBe(true);
    expect(matchesBlock(ssh, { items: [web, inner] })).toBe(false);
    expect(matchesBlock(ssh, { items: [] })).toBe(false);
  });

  it('bind nothing where siblings share only a prefix', () => {
    const flat = 'items[any].fromPort: 22\nitems[any].ranges.cidrIp: 0.0.0.0/0';
    expect(matchesBlock(flat, { items: [web, inner] })).toBe(true);
  });

  test.each([
    ['any', [1, 2], true],
    ['any', [2, 3], false],
    ['any', [], false],
    ['any', null, false],
    ['any', undefined, false],
    ['any', 1, true],
    ['any', 2, false],
    ['all', [1, 1], true],
    ['all', [1, 2], false],
    ['all', [], false],
    ['all', null, false],
    ['all', undefined, false],
    ['all', 1, true],
    ['all_or_empty', [1, 1], true],
    ['all_or_empty', [1, 2], false],
    ['all_or_empty', [], true],
    ['all_or_empty', null, true],
    ['all_or_empty', undefined, true],
    ['all_or_empty', 2, false],
    ['none', [2, 3], true],
    ['none', [1, 2], false],
    ['none', [], true],
    ['none', null, true],
    ['none', undefined, true],
    ['none', 1, false],
  ])('[%s] over %j is %s', (quantifier, f, verdict) => {
    expect(matchesBlock(`f[${quantifier}]: 1`, { f })).toBe(verdict);
    const objects = Array.isArray(f) ? f.map((x) => ({ x })) : typeof f === 'number' ? { x: f } : f;
    expect(matchesBlock(`f[${quantifier}]:\n  x: 1`, { f: objects })).toBe(verdict);
    expect(matchesBlock(`f[${quantifier}].x: 1`, { f: objects })).toBe(verdict);
  });

  it('combine with modifiers, which apply to each member', () => {
    expect(matchesBlock("ip[all]|startswith: '10.'", { ip: ['10.1', '10.2'] })).toBe(true);
    expect(matchesBlock("ip[all]|startswith: '10.'", { ip: ['10.1', '11.2'] })).toBe(false);
    expect(matchesBlock('ip[any]|cidr: 10.0.0.0/8', { ip: ['11.0.0.1', '10.0.0.1'] })).toBe(true);
    expect(matchesBlock('f[any]: [a, b]', { f: ['c', 'b'] })).toBe(true);
    expect(matchesBlock('f[all]: [a, b]', { f: ['a', 'b'] })).toBe(true);
    expect(matchesBlock('f[any]|neq: a', { f: ['a', 'b'] })).toBe(true);
    expect(matchesBlock('f[all]|neq: a', { f: ['a', 'b'] })).toBe(false);
  });

  it('nest', () => {
    const selection = 'rules[any]:\n  type: allow\n  ip[all]|startswith: 10.';
    expect(
      matchesBlock(selection, {
        rules: [
          { type: 'deny', ip: ['10.1'] },
          { type: 'allow', ip: ['10.1', '10.2'] },
        ],
      }),
    ).toBe(true);
    expect(
      matchesBlock(selection, {
        rules: [
          { type: 'deny', ip: ['10.1'] },
          { type: 'allow', ip: ['10.1', '9.2'] },
        ],
      }),
    ).toBe(false);
    expect(matchesBlock('a[any].b[all].c: 1', { a: [{ b: [{ c: 2 }] }, { b: [{ c: 1 }, { c: 1 }] }] })).toBe(true);
    expect(matchesBlock('a[any].b[all].c: 1', { a: [{ b: [{ c: 1 }, { c: 2 }] }, { b: [] }] })).toBe(false);
  });

  it('take a list of maps as alternatives', () => {
    expect(matchesBlock('l[any]:\n  - { a: 1, b: 1 }\n  - c: 1', { l: [{ a: 1 }, { c: 1 }] })).toBe(true);
    expect(matchesBlock('l[any]:\n  - { a: 1, b: 1 }\n  - c: 1', { l: [{ a: 1 }, { b: 1 }] })).toBe(false);
  });

  it('gather the lists that a path leads to through another list', () => {
    expect(matchesBlock('a.b[all]: 1', { a: [{ b: [1] }, { b: [1, 1] }] })).toBe(true);
    expect(matchesBlock('a.b[all]: 1', { a: [{ b: [1] }, { b: [1, 2] }] })).toBe(false);
  });

  it('with a condition are a small detection over each member', () => {
    const selection = `l[any]:
  condition: in_range and not 1 of is_*
  in_range: { ip|cidr: 123.1.0.0/16 }
  is_tcp: { protocol: tcp }
  is_ping: { protocol: icmp }`;
    expect(matchesBlock(selection, { l: [{ ip: '123.1.1.1', protocol: 'udp' }] })).toBe(true);
    expect(
      matchesBlock(selection, {
        l: [
          { ip: '123.1.1.1', protocol: 'tcp' },
          { ip: '8.8.8.8', protocol: 'udp' },
        ],
      }),
    ).toBe(false);
  });

  it('call the member of a list of scalars by a dot', () => {
    const selection = `codes[any]:
  condition: server and not gateway
  server:
    .|gte: 500
    .|lte: 599
  gateway:
    .: 504`;
    expect(matchesBlock(selection, { codes: [200, 502] })).toBe(true);
    expect(matchesBlock(selection, { codes: [200, 504] })).toBe(false);
    expect(matchesBlock('codes[any]:\n  .|gte: 500\n  .|lt: 504', { codes: [499, 504] })).toBe(false);
    expect(matchesBlock('codes[any]:\n  .|exists: true', { codes: [null] })).toBe(true);
  });

  it('refer to fields of the same member', () => {
    const selection = 'l[any]:\n  a|fieldref: b';
    expect(
      matchesBlock(selection, {
        l: [
          { a: 1, b: 2 },
          { a: 2, b: 2 },
        ],
      }),
    ).toBe(true);
    expect(
      matchesBlock(selection, {
        l: [
          { a: 1, b: 2 },
          { a: 2, b: 1 },
        ],
      }),
    ).toBe(false);
  });

  it('show the member that matched', () => {
    const [match] = detectorOf(selectionOf(ssh, V3)).match({ items: [web, open] });
    expect(match?.matched).toEqual([
      { field: 'items[1].fromPort', value: 0 },
      { field: 'items[1].toPort', value: 65535 },
      { field: 'items[1].ranges[1].cidrIp', value: '0.0.0.0/0' },
    ]);
    expect(detectorOf(selectionOf('f[any]: b', V3)).match({ f: ['a', 'b'] })[0]?.matched).toEqual([
      { field: 'f[1]', value: 'b' },
    ]);
    expect(detectorOf(selectionOf('f[none]: b', V3)).match({})[0]?.matched).toEqual([]);
  });
});

describe('positions in a list', () => {
  const record = {
    args: ['cmd.exe', '-enc', 'x'],
    nested: [
      [1, 2],
      [3, 4],
    ],
    l: [{ a: 'x' }, { a: 'y' }],
  };

  test.each([
    ['args[0]: cmd.exe', true],
    ['args[1]: cmd.exe', false],
    ['args[-1]: x', true],
    ['args[-3]: cmd.exe', true],
    ['args[3]|exists: true', false],
    ['args[-4]|exists: true', false],
    ['args[0]|endswith: .exe', true],
    ['l[1].a: y', true],
    ['l[1].a: x', false],
    ['nested[1][0]: 3', true],
    ['nested[any][0]: 3', true],
    ['nested[all][0]|gte: 1', true],
    ['nested[any][1]: 3', false],
    ['l[0][0]|exists: true', false],
    ['missing[0]: null', true],
    ['args[3]: null', true],
  ])('%s is %s', (selection, verdict) => {
    expect(matchesBlock(selection, record)).toBe(verdict);
  });

  it('are of lists only', () => {
    expect(matchesBlock('f[0]: a', { f: 'a' })).toBe(false);
    expect(matchesBlock('f[0]: 1', { f: { 0: 1 } })).toBe(false);
  });
});

describe('brackets', () => {
  it('are a part of the name below sigma-version 3', () => {
    expect(matches('args[0]: a', { 'args[0]': 'a' })).toBe(true);
    expect(matches('args[0]: a', { args: ['a'] })).toBe(false);
    expect(matches('f[any]: a', { 'f[any]': 'a' })).toBe(true);
    expect(matches('x[y: a', { 'x[y': 'a' })).toBe(true);
    for (const version of ['2', '2.1.0', "'2.1'", '1']) {
      expect(detectorOf(selectionOf('f[0]: a', `sigma-version: ${version}\n`)).match({ 'f[0]': 'a' })).toHaveLength(1);
    }
    for (const version of ['3', '3.0.0', "'4'"]) {
      expect(detectorOf(selectionOf('f[0]: a', `sigma-version: ${version}\n`)).match({ f: ['a'] })).toHaveLength(1);
    }
  });

  it('are literal behind a backslash', () => {
    expect(matchesBlock('args\\[0\\]: a', { 'args[0]': 'a' })).toBe(true);
    expect(matchesBlock('args\\[0\\]: a', { args: ['a'] })).toBe(false);
    expect(matchesBlock('a\\[x\\][0]: 1', { 'a[x]': [1] })).toBe(true);
  });

  test.each([
    ['f[some]: a', "'[some]' in 'f[some]' is neither a position nor one of [any], [all], [all_or_empty], [none]"],
    ['f[]: a', "'[]' in 'f[]' is neither a position nor one of [any], [all], [all_or_empty], [none]"],
    ['f[1.5]: a', "the brackets of 'f[1.5]' do not pair; a literal bracket is written \\[ or \\]"],
    ['f[0: a', "the brackets of 'f[0' do not pair; a literal bracket is written \\[ or \\]"],
    ['f]x: a', "the brackets of 'f]x' do not pair; a literal bracket is written \\[ or \\]"],
    ['.: a', "'.' is a member of a list, and stands only below a quantifier"],
    ['f[any]|contains:\n  a: 1', 'modifiers belong to values, not to a map of fields'],
    ['f[any]:\n  condition: a\n  b: { c: 1 }', "the condition names 'a', which is not defined -> b"],
    ['f[any]: {}', 'an empty map selects nothing'],
    ['f[any]: []', 'an empty list of values matches nothing'],
    ['f|fieldref: g[any]', "'fieldref' names a field, not the members of a list"],
    ['f:\n  a: 1', "a map below 'f': write its keys with dots, as f.key; one member of a list is f[any]"],
  ])('refuses %s', (selection, why) => {
    expect(refusalOf(selection, {}, V3)).toBe(why);
  });

  it('refuses a version that is none', () => {
    expect(problemsOf(selectionOf('f: a', 'sigma-version: new\n'))[0]).toMatch(
      /sigma-version must be a version number, not the text 'new'/,
    );
    expect(problemsOf(selectionOf('f: a', 'sigma-version: 0\n'))[0]).toMatch(/must be a version number/);
    expect(problemsOf(selectionOf('f: a', 'sigma-version: [3]\n'))[0]).toMatch(/not a list/);
  });

  it('refuses a map below a plain field', () => {
    expect(refusalOf('f:\n  a: 1')).toBe("a map below 'f': write its keys with dots, as f.key");
    expect(refusalOf('f: [{a: 1}]')).toBe('a value must be a scalar, not a map');
    expect(refusalOf('f: [[a]]')).toBe('a value must be a scalar, not a list');
  });
});
