import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import * as z from 'zod';
import { configSchema } from '../../../lib/config/config.ts';
import { ConfigError, parseConfig, readConfig } from '../../../lib/config/config-file.ts';
import { folderOf } from '../support/deployment.ts';

const problemsOf = (yaml: string): readonly string[] => {
  try {
    parseConfig(yaml, 'trailwarden.yaml');
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
};

describe('the settings', () => {
  test('have a default for every key', () => {
    expect(parseConfig('', 'trailwarden.yaml')).toEqual({
      deployment: 'trailwarden',
      protected: false,
      sources: [{ name: 'trail', type: 'trail' }],
      trail: {
        name: 'trailwarden',
        keyPrefix: '',
        excludeManagementEventSources: [],
        advancedEventSelectors: [],
        insights: [],
        aggregations: [],
      },
      logBucket: { expireDays: 1095, accessLogDays: 365, administrators: [], transitions: [] },
      retentionDays: 365,
      index: { rows: 'notable', rowDays: 30, enabled: ['by-actor', 'by-resource', 'by-day'], pageShards: 1 },
      billing: 'on-demand',
      provisioned: { read: { min: 5, max: 500 }, write: { min: 5, max: 1000 } },
      alerts: {
        minimumLevel: 'low',
        programs: 'alert',
        windowMinutes: 15,
        maxPerMinute: 30,
        chat: false,
        channels: [],
        emails: { critical: [], high: [], medium: [], low: [], operations: [] },
        topics: { keys: [] },
      },
      maxObjectBytes: 2_147_483_648,
      maxConcurrency: 10,
      backfill: { maxConcurrency: 10, toleratedFailurePercentage: 5 },
      functionLogDays: 90,
      rules: { folders: [], placeholders: {}, overrides: {} },
      networks: { ranges: {}, databases: [] },
      names: { organizations: { enabled: false }, identityCenter: { enabled: false } },
      glue: { enabled: false },
      keys: {},
      roles: { path: '/' },
      tags: {},
      dashboard: false,
      cost: {},
    });
  });

  test.each(['eu-central-1', 'us-gov-west-1', 'cn-north-1', 'ap-southeast-7', 'eusc-de-east-1'])(
    'take the region %s',
    (region) => expect(parseConfig(`region: ${region}`, 'f').region).toBe(region),
  );

  test('name the trail like the deployment unless it has a name of its own', () => {
    expect(parseConfig('deployment: blue', 'f').trail.name).toBe('blue');
    expect(parseConfig('deployment: blue\ntrail: {name: org.trail-1}', 'f').trail.name).toBe('org.trail-1');
  });

  test('are all described in docs/configuration.md, with their defaults', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');
    for (const { path, fallback } of leaves(
      jsonSchema.parse(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' })),
    )) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${path}\` |`));
      expect(row).toBeDefined();
      if (fallback !== undefined) {
        expect(row).toContain(`| \`${JSON.stringify(fallback)}\` |`);
      }
    }
  });
});

describe('a broken configuration', () => {
  test.each([
    [
      'an unknown key, with the nearest right one',
      'retentionDay: 30',
      'trailwarden.yaml:1:1: retentionDay: unknown setting; did you mean "retentionDays"?',
    ],
    [
      'an unknown key further down, with its line and column',
      'trail:\n  name: audit\n  keyPrefx: a',
      'trailwarden.yaml:3:3: trail.keyPrefx: unknown setting; did you mean "keyPrefix"?',
    ],
    [
      'an unknown key like none that there is, with those that are known',
      'glue:\n  athena: true',
      'trailwarden.yaml:2:3: glue.athena: unknown setting; known here: enabled',
    ],
    [
      'an unknown key of a rule that is overridden',
      'rules:\n  overrides:\n    abc: { lvel: high, enabled: true }',
      'trailwarden.yaml:3:12: rules.overrides.abc.lvel: unknown setting; did you mean "level"?',
    ],
    [
      'an unknown key in a list',
      'trail:\n  advancedEventSelectors:\n    - name: S3\n      fieldSelectors:\n        - { field: eventCategory, equal: [Data] }',
      'trailwarden.yaml:5:35: trail.advancedEventSelectors.0.fieldSelectors.0.equal: unknown setting; did you mean "equals"?',
    ],
    [
      'a wrong word, with the nearest right one',
      'alerts:\n  minimumLevel: hig',
      'trailwarden.yaml:2:3: alerts.minimumLevel: Invalid option: expected one of "low"|"medium"|"high"|"critical"; did you mean "high"?',
    ],
    [
      'an index that is not there',
      'index: { enabled: [by-adress] }',
      'trailwarden.yaml:1:20: index.enabled.0: Invalid option: expected one of "by-actor"|"by-action"|"by-resource"|"by-address"|"by-credential"|"by-error"|"by-day"; did you mean "by-address"?',
    ],
    [
      'an account id that lost its leading zeros',
      'account: 011122223333',
      'trailwarden.yaml:1:1: account: must be text: put the account id in quotes, or its leading zeros are lost',
    ],
    [
      'a deployment name that no bucket can have',
      'deployment: Trail_Warden',
      'trailwarden.yaml:1:1: deployment: must be 3 to 20 lower-case letters, digits and hyphens, the first a letter: bucket names are made from it',
    ],
    [
      'logs that go before the events that point at them',
      'retentionDays: 400\nlogBucket:\n  expireDays: 90',
      'trailwarden.yaml:3:3: logBucket.expireDays: must be at least retentionDays: an event in the index is read from its log object',
    ],
    [
      'a key prefix that CloudTrail refuses',
      'trail: { keyPrefix: audit/AWSLogs }',
      'trailwarden.yaml:1:10: trail.keyPrefix: must not contain AWSLogs: CloudTrail adds that itself',
    ],
    [
      'a selector of management events, which are recorded anyway',
      'trail:\n  advancedEventSelectors:\n    - name: x\n      fieldSelectors: [{ field: eventCategory, equals: [Management] }]',
      'trailwarden.yaml:4:7: trail.advancedEventSelectors.0.fieldSelectors: needs the field eventCategory with equals: [Data] or [NetworkActivity]; management events are recorded beside them',
    ],
    [
      'summaries of data events that are not recorded',
      'trail: { aggregations: [API_ACTIVITY] }',
      'trailwarden.yaml:1:10: trail.aggregations: sum up data events, and there are none: add a selector of the category Data to advancedEventSelectors',
    ],
    [
      'a source whose management events no trail can leave out',
      'trail: { excludeManagementEventSources: [kms.amazonaws.co] }',
      'trailwarden.yaml:1:42: trail.excludeManagementEventSources.0: Invalid option: expected one of "kms.amazonaws.com"|"rdsdata.amazonaws.com"; did you mean "kms.amazonaws.com"?',
    ],
    [
      'a field selector that compares with nothing',
      'trail:\n  advancedEventSelectors:\n    - name: x\n      fieldSelectors:\n        - { field: eventCategory, equals: [Data] }\n        - { field: eventName }',
      'trailwarden.yaml:6:11: trail.advancedEventSelectors.0.fieldSelectors.1: compares with nothing: add equals, startsWith, endsWith, notEquals, notStartsWith or notEndsWith',
    ],
    [
      'capacity whose bounds are the wrong way round',
      'provisioned: { write: { min: 10, max: 5 } }',
      'trailwarden.yaml:1:16: provisioned.write: min is above max',
    ],
    [
      'an override that changes nothing',
      'rules: { overrides: { abc: {} } }',
      'trailwarden.yaml:1:23: rules.overrides.abc: changes nothing: give level, enabled or both',
    ],
    [
      'a range that is none, with its line',
      'networks:\n  ranges:\n    office:\n      - 203.0.113.7/24',
      'trailwarden.yaml:4:9: networks.ranges.office.0: "203.0.113.7/24" begins within a range: write 203.0.113.0/24, or the address alone',
    ],
    [
      'a range with two names',
      'networks:\n  ranges:\n    office: [203.0.113.0/24]\n    vpn: [198.51.100.7, 203.0.113.0/24]',
      'trailwarden.yaml:4:25: networks.ranges.vpn.1: 203.0.113.0/24 is office already: a range has one name',
    ],
    [
      'a network that is called as all others are',
      'networks: { ranges: { other: [203.0.113.0/24] } }',
      'trailwarden.yaml:1:23: networks.ranges.other: must not be other: that is every address which no range holds',
    ],
    [
      'an address that is none',
      'alerts: { emails: { high: [nobody] } }',
      'trailwarden.yaml:1:28: alerts.emails.high.0: Invalid email address',
    ],
    [
      'a list where settings belong',
      '- deployment: blue',
      'trailwarden.yaml:1:1: the whole file: Invalid input: expected object, received array',
    ],
    [
      'a key that is there twice',
      'deployment: blue\ndeployment: green',
      'trailwarden.yaml:2:1: not valid YAML: Map keys must be unique',
    ],
  ])('is refused for %s', (_, yaml, problem) => {
    expect(problemsOf(yaml)).toEqual([problem]);
  });

  test('names the right key for any key with a letter too few', () => {
    const keys = leaves(jsonSchema.parse(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' })));
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), ({ path }, at) => {
        const [key = '', ...groups] = path.split('.').reverse();
        const index = at % key.length;
        const slip = key.slice(0, index) + key.slice(index + 1);
        const yaml = JSON.stringify(groups.reduce<object>((inner, group) => ({ [group]: inner }), { [slip]: null }));
        expect(problemsOf(yaml)).toEqual([expect.stringMatching(new RegExp(`did you mean "${key}"\\?$`))]);
      }),
    );
  });

  test('is refused for all its faults at once', () => {
    expect(problemsOf('retentionDay: 30\nmaxConcurrency: 0\ntrail: { nam: x }')).toHaveLength(3);
  });

  test('is refused in words that begin with what is wrong', () => {
    expect(() => parseConfig('nope: 1', 'my.yaml')).toThrow(/^The configuration can't be used:\nmy\.yaml:1:1: nope: /);
  });
});

describe('the file of the settings', () => {
  test('is trailwarden.yaml at the root, and may be missing', () => {
    expect(readConfig(folderOf({})).deployment).toBe('trailwarden');
    expect(readConfig(folderOf({ 'trailwarden.yaml': 'deployment: blue' })).deployment).toBe('blue');
  });

  test('is the one that is named, which may not be missing', () => {
    const folder = folderOf({ 'blue.yaml': 'deployment: blue' });
    expect(readConfig(folder, 'blue.yaml').deployment).toBe('blue');
    expect(() => readConfig(folder, 'green.yaml')).toThrow(
      'green.yaml: no such file; name an existing one with -c config=FILE',
    );
  });

  test('names rule folders from where it lies itself', () => {
    const folder = folderOf({ 'blue.yaml': 'rules: { folders: [ours] }' });
    expect(readConfig('/', join(folder, 'blue.yaml')).rules.folders).toEqual([join(folder, 'ours')]);
  });
});

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  default?: unknown;
}

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({ properties: z.record(z.string(), jsonSchema).optional(), default: z.unknown().optional() }),
);

/** Every setting that isn't a group of settings. */
function leaves(schema: JsonSchema, path = ''): { path: string; fallback: unknown }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, member]) => {
    const here = path === '' ? key : `${path}.${key}`;
    return member.properties === undefined || Object.keys(member.properties).join() === 'min,max'
      ? [{ path: here, fallback: member.default }]
      : leaves(member, here);
  });
}
