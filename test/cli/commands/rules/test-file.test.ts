import { parseTestFile } from '../../../../cli/commands/rules/test-file.ts';

/** The problems of a test file, as `line:column: message`. */
function problemsOf(text: string): string[] {
  const result = parseTestFile('rule.test.yml', text);
  return result.ok ? [] : result.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('a test file', () => {
  test('holds events with verdicts, and events in time with a number of findings', () => {
    const text = `
defaults:
  eventSource: iam.amazonaws.com
placeholders:
  admins: [alice]
tests:
  - name: one
    match: true
    event: { eventName: CreateUser }
  - name: several
    rule: many
    findings: 1
    events:
      - { at: 2026-11-20T14:00:00Z, event: { eventName: CreateUser } }
      - { at: 2026-11-20T14:03:00+01:00, repeat: 4, every: 30s }
`;
    expect(parseTestFile('rule.test.yml', text)).toEqual({
      ok: true,
      content: {
        defaults: { eventSource: 'iam.amazonaws.com' },
        places: {},
        accounts: {},
        users: {},
        placeholders: { admins: ['alice'] },
        tests: [
          { kind: 'match', name: 'one', match: true, event: { eventName: 'CreateUser' }, line: 7 },
          {
            kind: 'findings',
            learned: true,
            name: 'several',
            rule: 'many',
            findings: 1,
            events: [
              { at: '2026-11-20T14:00:00Z', event: { eventName: 'CreateUser' }, repeat: 1 },
              { at: '2026-11-20T14:03:00+01:00', event: {}, repeat: 4, every: 30_000 },
            ],
            line: 10,
          },
        ],
      },
    });
  });

  test.each<[string, string, string[]]>([
    ['a mistyped key', 'tests:\n  - name: a\n    mtach: true\n    event: {}\n', ["3:5: 'mtach' is not known here"]],
    [
      'a value of another type',
      'tests:\n  - name: a\n    match: maybe\n    event: {}\n',
      ['3:5: match: Invalid input: expected boolean, received string'],
    ],
    [
      'a test without a verdict',
      'tests:\n  - name: a\n    event: {}\n',
      ['2:5: a test has either match and event, or findings and events'],
    ],
    [
      'a test with both verdicts',
      'tests:\n  - name: a\n    match: true\n    event: {}\n    findings: 1\n',
      ['2:5: a test has either match and event, or findings and events'],
    ],
    [
      'a time that is none',
      'tests:\n  - name: a\n    findings: 1\n    events:\n      - at: yesterday\n',
      ['5:9: at: must be a time such as 2026-11-20T14:00:00Z'],
    ],
    [
      'a duration that is none',
      'tests:\n  - name: a\n    findings: 1\n    events:\n      - at: 2026-11-20T14:00:00Z\n        repeat: 2\n        every: soon\n',
      ['7:9: every: must be a duration such as 30s, 5m, 2h or 1d'],
    ],
    [
      'a pause without repetition',
      'tests:\n  - name: a\n    findings: 1\n    events:\n      - at: 2026-11-20T14:00:00Z\n        every: 5m\n',
      ['6:9: every: is for events that are repeated: add repeat'],
    ],
    ['no tests', 'tests: []\n', ['1:1: tests is empty: give it at least one']],
    [
      'no name',
      'tests:\n  - match: true\n    event: {}\n',
      ['2:5: name: Invalid input: expected string, received undefined'],
    ],
    ['nothing', '', ['1:1: Invalid input: expected object, received null']],
    ['broken YAML', 'tests:\n  - name: [\n', [expect.stringMatching(/^\d:\d+: not valid YAML: /) as unknown as string]],
  ])('with %s is refused where it stands', (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test('has all its problems told of at once', () => {
    const text =
      'default: {}\ntests:\n  - name: a\n    match: 1\n    event: {}\n  - name: ""\n    match: true\n    event: []\n';
    expect(problemsOf(text).map((problem) => problem.split(':')[0])).toEqual(['4', '6', '8', '1']);
  });
});
