import { detectorOf, matches, matchesBlock, problemsOf, refusalOf, ruleOf } from './support.ts';

const record = {
  eventName: 'CreateUser',
  count: 4625,
  flag: true,
  nothing: null,
  userIdentity: { arn: 'arn:aws:iam::111122223333:user/alice' },
  list: [{ deep: ['needle in a haystack'] }],
};

describe('keywords', () => {
  test.each([
    ['a part of any value', '- user/alice', true],
    ['without case', '- NEEDLE', true],
    ['the text of a number', '- 4625', true],
    ['the text of a boolean', '- true', true],
    ['one of several', '- absent\n- haystack', true],
    ['with wildcards', "- 'needle*hay?tack'", true],
    ['anchored nowhere', "- 'create*'", true],
    ['an escaped wildcard', "- 'needle\\*'", false],
    ['a key', '- userIdentity', false],
    ['what is absent', '- absent', false],
    ['null', '- nullx', false],
    ['|all in different values', "'|all':\n  - alice\n  - CreateUser", true],
    ['|all of which one is absent', "'|all':\n  - alice\n  - absent", false],
    ['|startswith', "'|startswith': needle", true],
    ['|startswith elsewhere', "'|startswith': haystack", false],
    ['|endswith', "'|endswith': haystack", true],
    ['|cased', "'|cased': needle", true],
    ['|cased in another case', "'|cased': NEEDLE", false],
    ['|re', "'|re': '^needle.*k$'", true],
    ['|re in another case', "'|re': Needle", false],
    ['|re|i', "'|re|i': Needle", true],
    ['|contains|all', "'|contains|all': [need, hay]", true],
    ['|base64', "'|base64': abc", false],
    ['a single keyword', "'|contains': haystack", true],
    ['beside fields', "'|contains': haystack\neventName: CreateUser", true],
    ['beside fields that differ', "'|contains': haystack\neventName: DeleteUser", false],
    ['maps and keywords in one list', '- eventName: DeleteUser\n- haystack', true],
    ['a list in a list', '- [absent, haystack]\n- eventName: x', true],
  ])('%s', (_, selection, verdict) => {
    expect(matches(selection, record)).toBe(verdict);
  });

  it('may stand without a list', () => {
    expect(detectorOf(ruleOf('keyword: haystack\ncondition: keyword')).match(record)).toHaveLength(1);
    expect(detectorOf(ruleOf('keyword: absent\ncondition: keyword')).match(record)).toHaveLength(0);
  });

  it('look at networks too', () => {
    expect(matches("'|cidr': 203.0.113.0/24", { a: { b: ['x', '203.0.113.7'] } })).toBe(true);
    expect(matches("'|cidr': 203.0.113.0/24", { a: '198.51.100.1' })).toBe(false);
  });

  it('say where they were found', () => {
    const [match] = detectorOf(ruleOf('k:\n  - haystack\n  - alice\ncondition: k')).match(record);
    expect(match?.matched).toEqual([
      { field: 'userIdentity.arn', value: 'arn:aws:iam::111122223333:user/alice' },
      { field: 'list[0].deep[0]', value: 'needle in a haystack' },
    ]);
  });

  it('do not look at the classification', () => {
    expect(detectorOf(ruleOf('k:\n  - write\ncondition: k')).match({}, { access: 'write' })).toHaveLength(0);
  });

  it('look only at the member within a block', () => {
    expect(matchesBlock('l[any]:\n  condition: k\n  k: [secret]', { l: [{ a: 'a secret' }] })).toBe(true);
    expect(matchesBlock('l[any]:\n  condition: k\n  k: [secret]', { l: [{ a: 'x' }], other: 'a secret' })).toBe(false);
  });

  test.each([
    ['- null', 'null cannot be part of a list of values: give it a selection of its own'],
    ["'|all': [a]", "'all' needs a list of two values or more"],
    ["'|exists': true", "'|exists' needs a field in front of its modifiers"],
    ["'|gt': 5", "'|gt' needs a field in front of its modifiers"],
    ["'|hour': 5", "'|hour' needs a field in front of its modifiers"],
    ["'|fieldref': a", "'|fieldref' needs a field in front of its modifiers"],
    ["'|neq': a", "'|neq' needs a field in front of its modifiers"],
    ["'|contains': null", 'null is no keyword'],
    ["'|contains': {a: b}", 'a field has a value or a list of values, not a map'],
    ["'|nothing': a", "unknown modifier 'nothing'"],
  ])('refuses %s', (selection, why) => {
    expect(refusalOf(selection)).toBe(why);
  });

  it('are not empty', () => {
    expect(problemsOf(ruleOf('k: []\ncondition: k'))).toEqual([
      '<rules>:4:6: an empty list selects nothing (rule: A rule)',
    ]);
    expect(problemsOf(ruleOf('k: {}\ncondition: k'))).toEqual([
      '<rules>:4:6: an empty map selects nothing (rule: A rule)',
    ]);
    expect(problemsOf(ruleOf('k:\ncondition: k'))).toEqual(['<rules>:4:5: an empty selection (rule: A rule)']);
    expect(problemsOf(ruleOf('k:\n  f: []\ncondition: k'))[0]).toMatch(/5:8: an empty list of values matches nothing/);
  });
});
