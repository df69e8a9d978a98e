import { ConfigError, parseConfig } from '../../../lib/config/config-file.ts';

const yamlOf = (...channels: readonly string[]): string =>
  `alerts:\n  channels:\n${channels.map((channel) => `    - { ${channel} }\n`).join('')}`;

function problemsOf(...channels: readonly string[]): readonly string[] {
  try {
    parseConfig(yamlOf(...channels), 'trailwarden.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const SLACK = 'name: team, type: slack, secret: { secretsManager: trailwarden/slack }';

test('a channel needs a name, a type and its secret by name, and takes every alert at any hour', () => {
  expect(parseConfig(yamlOf(SLACK), 'f').alerts.channels).toEqual([
    {
      name: 'team',
      type: 'slack',
      levels: ['low', 'medium', 'high', 'critical'],
      accounts: [],
      tags: [],
      secret: { secretsManager: 'trailwarden/slack' },
    },
  ]);
});

test('quiet hours have a time zone, and let critical alerts pass', () => {
  const [channel] = parseConfig(yamlOf(`${SLACK}, quietHours: { from: "22:00", to: "06:30" }`), 'f').alerts.channels;
  expect(channel?.quietHours).toEqual({ from: '22:00', to: '06:30', timeZone: 'UTC', except: ['critical'] });
});

test('the topic for programs is a channel with a queue where it carries OCSF', () => {
  expect(parseConfig('alerts: { programs: ocsf }', 'f').alerts.channels).toEqual([
    {
      name: 'programs',
      type: 'topic',
      levels: ['low', 'medium', 'high', 'critical'],
      accounts: [],
      tags: [],
      format: 'ocsf',
    },
  ]);
  expect(parseConfig('', 'f').alerts.channels).toEqual([]);
});

test.each([
  ['an unknown type, with the nearest right one', ['name: a, type: slak'], 'type: .*did you mean "slack"'],
  ['the type that programs have', ['name: a, type: topic'], 'type: Invalid option'],
  ['a missing secret', ['name: a, type: teams'], 'channels.0.secret: missing: a channel of type teams needs it'],
  [
    'a secret where none is',
    ['name: a, type: securityhub, secret: { parameter: x }'],
    'channels.0.secret: a channel of',
  ],
  [
    'a secret in two places',
    ['name: a, type: slack, secret: { parameter: x, secretsManager: y }'],
    'secret: name it with',
  ],
  [
    "a secret's value in place of its name",
    ['name: a, type: slack, secret: { secretsManager: "https://hooks.slack.com/services/T0/B0/x" }'],
    "must be a secret's name",
  ],
  ['two channels of one name', [SLACK, SLACK], 'channels.1.name: team is the name of two channels'],
  ['a name that is taken', ['name: people, type: securityhub'], 'must be none of people, programs, chat'],
  ['a name that no queue can have', ['name: Team A, type: securityhub'], 'up to 31 lower-case letters'],
  ['an account without quotes', [`${SLACK}, accounts: [012345678901]`], 'put the account id in quotes'],
  ['a missing bus', ['name: a, type: eventbridge'], 'channels.0.bus: missing'],
  [
    'a bus of another type',
    [`${SLACK}, bus: "arn:aws:events:eu-west-1:111122223333:event-bus/b"`],
    'bus: is for channels',
  ],
  ['a time zone that is none', [`${SLACK}, quietHours: { from: "22:00", to: "06:00", timeZone: Berlin }`], 'time zone'],
  ['quiet hours of no length', [`${SLACK}, quietHours: { from: "22:00", to: "22:00" }`], 'nothing would be quiet'],
  ['an unknown setting', [`${SLACK}, level: [high]`], 'level: unknown setting'],
])('%s is reported with its line', (_, channels, problem) => {
  const problems = problemsOf(...channels);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(problem));
  expect(problems[0]).toMatch(/^trailwarden\.yaml:\d+:\d+: alerts\.channels\.\d/);
});
