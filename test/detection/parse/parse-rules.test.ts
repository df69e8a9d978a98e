import {
  compileRules,
  createDetector,
  formatProblem,
  parseRules,
  ruleSetSchema,
} from '../../../lambda/detection/index.ts';
import { detectorOf, problemsOf, ruleOf, selectionOf } from '../support.ts';

const FULL = `title: Users
id: 6f3e2987-db24-4c78-a860-b4f4095a7095
name: users
status: stable
description: >
  Finds users.
license: DRL-1.1
author: [Alice, Bob]
references: https://example.com
date: 2026-11-20
modified: 2026/11/21
tags: [attack.persistence, attack.t1136]
falsepositives: [Administrators]
fields: [userIdentity.arn]
level: high
taxonomy: sigma
custom: anything
logsource: { product: AWS, service: CloudTrail, definition: trail }
detection:
  selection:
    eventSource: iam.amazonaws.com
    eventName: [CreateUser, DeleteUser]
  condition: selection
`;

describe('parseRules', () => {
  it('reads what a rule says of itself', () => {
    const { ruleSet, problems, skipped } = parseRules([{ file: 'users.yml', text: FULL }]);
    expect([problems, skipped]).toEqual([[], []]);
    expect(ruleSet.rules[0]?.metadata).toEqual({
      id: '6f3e2987-db24-4c78-a860-b4f4095a7095',
      name: 'users',
      title: 'Users',
      level: 'high',
      status: 'stable',
      description: 'Finds users.\n',
      license: 'DRL-1.1',
      author: 'Alice, Bob',
      references: ['https://example.com'],
      date: '2026-11-20',
      modified: '2026/11/21',
      tags: ['attack.persistence', 'attack.t1136'],
      falsepositives: ['Administrators'],
      fields: ['userIdentity.arn'],
      file: 'users.yml',
      line: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      finding: true,
    });
  });

  it('hands it on with every match, with the fields that matched', () => {
    const [match] = detectorOf(FULL).match({ eventName: 'createuser', eventSource: 'iam.amazonaws.com' });
    expect(match).toMatchObject({
      ruleId: '6f3e2987-db24-4c78-a860-b4f4095a7095',
      title: 'Users',
      level: 'high',
      author: 'Alice, Bob',
    });
    expect(match?.matched).toEqual([
      { field: 'eventSource', value: 'iam.amazonaws.com' },
      { field: 'eventName', value: 'createuser' },
    ]);
    expect(match).not.toHaveProperty('finding');
  });

  it('says which actions a rule looks at', () => {
    const actions = (selection: string): readonly string[] | undefined =>
      detectorOf(selectionOf(selection)).rules[0]?.actions;
    expect(detectorOf(FULL).rules[0]?.actions).toEqual(['iam:CreateUser', 'iam:DeleteUser']);
    expect(actions('eventName: CreateUser')).toEqual(['*:CreateUser']);
    expect(actions('eventSource: iam.amazonaws.com')).toEqual(['iam:*']);
    expect(actions('eventName|startswith: [Create, Delete]')).toEqual(['*:Create*', '*:Delete*']);
    expect(actions("eventSource|contains: s3\neventName: '*'")).toEqual(['*s3*:*']);
    expect(actions("eventName: '*'")).toEqual([]);
    expect(actions('userAgent: x')).toEqual([]);
  });

  it('gives a rule without a level the medium one', () => {
    expect(detectorOf(selectionOf('f: 1')).rules[0]?.level).toBe('medium');
    expect(detectorOf(selectionOf('f: 1', 'level:\n')).rules[0]?.level).toBe('medium');
  });

  it('loads deprecated and unsupported rules all the same', () => {
    for (const status of ['deprecated', 'unsupported']) {
      expect(detectorOf(selectionOf('f: 1', `status: ${status}\n`)).match({ f: 1 })).toHaveLength(1);
    }
  });

  it('is plain JSON: what was written and read back judges the same', () => {
    const text = `${FULL}---
title: Blocks
sigma-version: 3
logsource: { product: aws }
detection:
  s:
    - l[any]: { a|cidr: 10.0.0.0/8, .|exists: true }
      f|re|i: ^a
      g|fieldref: h
      t|hour|gte: 22
      n|gt: 5
      x: null
      y|exists: false
      w|windash: -a?
    - [key, words]
  condition: 1 of s* or not s
---
title: Many
correlation:
  type: value_count
  rules: [users]
  group-by: [user]
  timespan: 5m
  condition: { gte: 3, field: [a, b] }
---
title: Half
correlation: { type: value_percentile, rules: [Blocks], timespan: 5m, condition: { gt: 3, field: a, percentile: 90 } }
---
title: Not me
logsource: { product: aws }
filter: { rules: any, s: { me: true }, condition: not s }
`;
    const { ruleSet, problems } = parseRules([{ text }]);
    expect(problems).toEqual([]);
    const copy: unknown = JSON.parse(JSON.stringify(ruleSet));
    expect(copy).toEqual(ruleSet);
    expect(ruleSetSchema.parse(copy)).toEqual(ruleSet);
    const record = { eventName: 'CreateUser', eventSource: 'iam.amazonaws.com' };
    expect(createDetector(ruleSetSchema.parse(copy)).match(record)).toEqual(createDetector(ruleSet).match(record));
  });

  it('is checked when it is read back', () => {
    const { ruleSet } = parseRules([{ text: FULL }]);
    expect(ruleSetSchema.safeParse({ ...ruleSet, version: 2 }).success).toBe(false);
    expect(ruleSetSchema.safeParse({ ...ruleSet, rules: [{ kind: 'detection' }] }).success).toBe(false);
    expect(
      ruleSetSchema.safeParse({ ...ruleSet, rules: [{ ...ruleSet.rules[0], code: 'process.exit()' }] }).success,
    ).toBe(false);
  });

  it('reads many documents, empty ones, byte order marks and Windows line ends', () => {
    const text = `\ufeff---\r\n${FULL.replaceAll('\n', '\r\n')}---\r\n---\r\n# nothing\r\n---\r\n${ruleOf('a: { f: 1 }\ncondition: a').replaceAll('\n', '\r\n')}`;
    expect(detectorOf(text).rules.map(({ title, line }) => [title, line])).toEqual([
      ['Users', 2],
      ['A rule', 29],
    ]);
    expect(compileRules(['', '---\n', '# only a comment\n']).problems).toEqual([]);
  });

  it('follows anchors, aliases and merges', () => {
    const text = ruleOf(
      'a: &a { f: [&x one, two] }\nb: { <<: *a, g: *x }\nc: { <<: [*a], f: three }\ncondition: b or c',
    );
    expect(detectorOf(text).match({ f: 'two', g: 'one' })).toHaveLength(1);
    expect(detectorOf(text).match({ f: 'three' })).toHaveLength(1);
    expect(detectorOf(text).match({ f: 'two' })).toHaveLength(0);
  });

  it('derives an id from the content of a rule that has none', () => {
    const id = (yaml: string): string | undefined => detectorOf(yaml).rules[0]?.id;
    expect(id(selectionOf('f: 1'))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id(selectionOf('f: 1'))).toBe(id(`# moved down\n\n${selectionOf('f:   1', 'level: low\n')}`));
    expect(id(selectionOf('f: 1'))).not.toBe(id(selectionOf('f: 2')));
  });

  it('changes the hash with the meaning of a rule, and with nothing else', () => {
    const hash = (yaml: string): string | undefined => detectorOf(yaml).rules[0]?.hash;
    expect(hash(FULL)).toBe(hash(`# a comment\n${FULL}`));
    expect(hash(FULL)).not.toBe(hash(FULL.replace('CreateUser', 'CreateRole')));
    expect(hash(FULL)).not.toBe(hash(FULL.replace('level: high', 'level: low')));
    expect(hash(FULL)).not.toBe(hash(FULL.replace('Alice', 'Eve')));
  });
});

describe('log sources', () => {
  const rule = (logsource: string): string =>
    ruleOf('a: { f: 1 }\ncondition: a').replace(/logsource: .*/, `logsource: ${logsource}`);

  test.each([
    '{ product: aws, service: cloudtrail }',
    '{ product: AWS, service: CloudTrail }',
    '{ product: aws }',
    '{ service: cloudtrail }',
  ])('%s is ours', (logsource) => {
    expect(detectorOf(rule(logsource)).rules).toHaveLength(1);
  });

  test.each([
    '{ product: aws, service: guardduty }',
    '{ product: windows }',
    '{ category: process_creation }',
    '{ product: aws, service: cloudtrail, category: x }',
    '{ service: security }',
  ])('%s is skipped with a count', (logsource) => {
    const { detector, problems, skipped } = compileRules([{ file: 'r.yml', text: rule(logsource) }]);
    expect([detector.rules, problems]).toEqual([[], []]);
    expect(skipped).toEqual([{ file: 'r.yml', line: 1, id: expect.any(String), title: 'A rule', reason: 'logsource' }]);
    expect(detectorOf(rule(logsource), { anyLogsource: true }).match({ f: 1 })).toHaveLength(1);
  });

  test.each([
    ['{}', 'names neither a category, a product nor a service'],
    ['{ definition: x }', 'names neither'],
    ['aws', 'the logsource must be a map'],
    ['{ product: [aws] }', "the logsource's product must be text, not a list"],
    ['{ product: null }', "the logsource's product must be text, not nothing"],
  ])('%s is refused', (logsource, why) => {
    expect(problemsOf(rule(logsource)).join()).toContain(why);
  });

  it('are wanted', () => {
    expect(problemsOf(rule('x').replace(/logsource.*\n/, ''))).toEqual([
      '<rules>:1:1: the logsource is missing (rule: A rule)',
    ]);
  });
});

describe('problems', () => {
  it('are all told at once, with file, line and column, and what was meant', () => {
    const broken = `title: One
level: hihg
logsource: { product: aws }
detection:
  selection:
    eventName|containz: a
    f|cidr: 10.0.0.1/8
    g|re: '['
  condition: selektion
`;
    const { detector, problems } = compileRules([
      { file: 'a/one.yml', text: `${broken}---\n${FULL}` },
      { file: 'b/two.yml', text: 'title: [\n' },
      { file: 'c/three.yml', text: ruleOf('a: { f: 1 }\ncondition: a') },
    ]);
    expect(problems.map(formatProblem)).toEqual([
      "a/one.yml:2:8: unknown level 'hihg': it is one of informational, low, medium, high, critical; did you mean high? (rule: One)",
      "a/one.yml:6:5: unknown modifier 'containz'; did you mean contains? (rule: One)",
      "a/one.yml:7:13: '10.0.0.1/8' has bits set behind its prefix; did you mean 10.0.0.0/8? (rule: One)",
      'a/one.yml:8:11: not a regular expression of RE2: missing closing ]: `[` (rule: One)',
      "a/one.yml:9:14: the condition names 'selektion', which is not defined; did you mean selection? (rule: One)",
      expect.stringMatching(/^b\/two\.yml:2:1: not valid YAML: /),
    ]);
    expect(problems[1]).toEqual({
      file: 'a/one.yml',
      line: 6,
      column: 5,
      rule: 'One',
      message: "unknown modifier 'containz'",
      suggestion: 'contains',
    });
    expect(detector.rules.map(({ title }) => title)).toEqual(['Users', 'A rule']);
  });

  test.each([
    ['no title', FULL.replace('title: Users\n', ''), '<rules>:1:1: the title is missing'],
    [
      'a mistyped title',
      FULL.replace('title:', 'tilte:'),
      '<rules>:1:1: the title is missing; did you mean title instead of tilte?',
    ],
    [
      'a mistyped logsource',
      FULL.replace('logsource:', 'logsorce:'),
      '<rules>:18:1: the logsource is missing; did you mean logsource instead of logsorce?',
    ],
    ['a mistyped level', FULL.replace('level:', 'levels:'), "<rules>:15:1: unknown key 'levels'; did you mean level?"],
    ['a mistyped taxonomy', FULL.replace('taxonomy:', 'taxonmy:'), "unknown key 'taxonmy'; did you mean taxonomy?"],
    [
      'a mistyped sigma-version',
      `${FULL}sigma_version: 3\n`,
      "unknown key 'sigma_version'; did you mean sigma-version?",
    ],
    ['an empty title', FULL.replace('title: Users', "title: ' '"), '<rules>:1:1: the title is missing'],
    [
      'a title that is none',
      FULL.replace('title: Users', 'title: [Users]'),
      '<rules>:1:8: title must be text, not a list',
    ],
    [
      'a title too long',
      FULL.replace('title: Users', `title: ${'x'.repeat(257)}`),
      'the title is longer than 256 characters',
    ],
    ['an unknown level', FULL.replace('level: high', 'level: High'), "unknown level 'High'"],
    ['a level that is none', FULL.replace('level: high', 'level: [high]'), 'unknown level a list'],
    ['an unknown status', FULL.replace('status: stable', 'status: testing'), "unknown status 'testing'"],
    [
      'another taxonomy',
      FULL.replace('taxonomy: sigma', 'taxonomy: ecs'),
      "the only taxonomy known is sigma, not the text 'ecs'",
    ],
    ['nesting without end', '['.repeat(20_000), 'not valid YAML: nested too deeply'],
    ['tags that are maps', FULL.replace('tags: [', 'tags: [{a: b}, '), 'tags must be a list of texts, not of a map'],
    ['a name that is a list', FULL.replace('name: users', 'name: [users]'), 'name must be text, not a list'],
    ['no detection', FULL.replace('detection:', 'detections:'), 'this has none; did you mean detection?'],
    ['nothing to judge', 'title: x\nlevel: low\n', 'a rule has a detection, a correlation or a filter; this has none'],
    ['two of them', `${FULL}filter: {}\n`, 'detection and filter exclude each other'],
    [
      'a detection that is a list',
      'title: x\nlogsource: {product: aws}\ndetection: [a]\n',
      'the detection must be a map',
    ],
    ['a list of rules', '- title: x\n', 'a rule must be a map, not a list'],
    ['plain text', 'hello\n', "a rule must be a map, not the text 'hello'"],
    [
      'a key given twice',
      FULL.replace('level: high', 'level: high\nlevel: low'),
      'not valid YAML: Map keys must be unique',
    ],
    ['an unknown tag', FULL.replace('level: high', 'level: !secret high'), 'not valid YAML: Unresolved tag'],
    ['an alias to nothing', FULL.replace('level: high', 'level: *nothing'), "the alias '*nothing' refers to no anchor"],
    [
      'an alias that holds itself',
      FULL.replace('custom: anything', 'custom: &c [*c]'),
      'an alias refers to a value that holds it',
    ],
    ['a key that is a list', FULL.replace('custom: anything', '[a, b]: c'), 'a key that is not plain text'],
    ['a merge of no map', FULL.replace('custom: anything', 'custom: { <<: text }'), 'only maps can be merged'],
    [
      'a selection named like the prototype',
      ruleOf('__proto__: { f: 1 }\ncondition: __proto__'),
      'a selection cannot have this name',
    ],
  ])('are told of %s', (_, yaml, why) => {
    const problems = problemsOf(yaml);
    expect(problems.join('\n')).toContain(why);
    expect(compileRules([yaml]).detector.rules).toEqual([]);
  });

  it('stop aliases that multiply', () => {
    const lines = Array.from(
      { length: 20 },
      (_, i) => `a${i}: &a${i} [${Array.from({ length: 10 }, () => (i === 0 ? 'x' : `*a${i - 1}`)).join(', ')}]`,
    );
    expect(problemsOf(`title: x\n${lines.join('\n')}\n`).join()).toContain('names more than 100000 values');
  });

  test.each(['global', 'reset', 'repeat'])("refuse the collections of 'action: %s' with one clear word", (action) => {
    const collection = `action: ${action}\ntitle: x\nlogsource: {product: aws}\n---\ndetection: {a: {f: 1}, condition: a}\n`;
    expect(problemsOf([collection, FULL])).toEqual([
      `<rules>:1:1: 'action: ${action}' made collections in Sigma 1; write each rule of this file out in full`,
    ]);
  });

  it('tell two rules of one id or one name apart', () => {
    const twice = compileRules([
      { file: 'a.yml', text: FULL },
      { file: 'b.yml', text: `\n${FULL}` },
    ]);
    expect(twice.problems.map(formatProblem)).toEqual([
      "b.yml:2:1: the id '6f3e2987-db24-4c78-a860-b4f4095a7095' is taken by the rule at a.yml:1 (rule: Users)",
      "b.yml:2:1: the name 'users' is taken by the rule at a.yml:1 (rule: Users)",
    ]);
    expect(twice.detector.rules).toHaveLength(1);
    const otherCase = FULL.replace('6f3e', '6F3E').replace('name: users', 'name: other');
    expect(problemsOf([FULL, otherCase])[0]).toContain('the id');
    expect(problemsOf([selectionOf('f: 1'), selectionOf('f: 1')])[0]).toContain('the id');
  });

  it('never throw, whatever the text', () => {
    for (const text of [
      '\u0000',
      '%',
      '{',
      '&a *a',
      '? [',
      '!!binary x',
      'title: !!binary aGk=',
      '---\n...\n---\n',
      'a: "\\x"',
      '\t',
      '- - - x',
    ]) {
      expect(() => compileRules([text])).not.toThrow();
    }
  });
});

describe('the configuration', () => {
  const id = '6f3e2987-db24-4c78-a860-b4f4095a7095';

  it('changes levels and switches rules off', () => {
    expect(detectorOf(FULL, { levels: { [id]: 'low' } }).rules[0]?.level).toBe('low');
    const { detector, problems, skipped } = compileRules([FULL], { disabled: [id] });
    expect([detector.rules, problems]).toEqual([[], []]);
    expect(skipped).toMatchObject([{ id, reason: 'disabled' }]);
  });

  it('keeps a rule that is off for the correlations that need it', () => {
    const correlation = `title: Many\nid: many\ncorrelation: { type: event_count, rules: [users], generate: true, timespan: 5m, condition: { gte: 1 } }\n`;
    const record = { eventName: 'CreateUser', eventSource: 'iam.amazonaws.com', eventID: 'e' };
    const detector = detectorOf([FULL, correlation], { disabled: [id] });
    expect(detector.match(record)).toEqual([]);
    expect(detector.correlate(record, 0)).toHaveLength(1);
    const off = compileRules([FULL, correlation], { disabled: ['many'] });
    expect(off.skipped).toMatchObject([{ id: 'many', reason: 'disabled' }]);
    expect(off.detector.correlate(record, 0)).toEqual([]);
  });

  it('is told of a level that there is none', () => {
    const levels = JSON.parse(`{ "${id}": "hihg" }`);
    const { problems, detector } = compileRules([FULL], { levels });
    expect(problems.map(formatProblem)).toEqual([
      `<options>:1:1: the configuration gives the rule '${id}' the unknown level 'hihg'; did you mean high?`,
    ]);
    expect(detector.rules[0]?.level).toBe('high');
  });

  it('is told of an id that no rule has', () => {
    const problems = problemsOf(FULL, { disabled: ['nothing'], levels: { [id.replace('6f', '6e')]: 'low' } });
    expect(problems).toEqual([
      `<options>:1:1: the configuration names the rule '${id.replace('6f', '6e')}', which is not there; did you mean ${id}?`,
      "<options>:1:1: the configuration names the rule 'nothing', which is not there",
    ]);
  });
});
