import * as z from 'zod';
import {
  channelListSchema,
  deployedChannels,
  PROGRAMS_FORMATS,
} from '../../lambda/alerts/channels/channel-settings.ts';
import { LEVELS } from '../../lambda/detection/index.ts';
import { ALERT_LEVELS } from '../../lambda/runtime/environment.ts';
import { ROW_SCOPES } from '../../lambda/store/rows/notable.ts';
import { DEFAULT_EVENT_INDEXES, EVENT_INDEXES, type EventIndexName } from '../../lambda/store/schema.ts';
import {
  costSchema,
  customerProblems,
  keysSchema,
  rolesSchema,
  tagsSchema,
  topicsSchema,
} from './customer-settings.ts';
import { logBucketSchema, settingsOfNoBucket, unreadableTransitions } from './log-bucket-settings.ts';
import { namesSettingsSchema } from './names-settings.ts';
import { networksSchema } from './network-settings.ts';
import { keyPrefixSchema, misplacedSources, placeSource, sourceListSchema } from './source-settings.ts';

/**
 * The settings of a deployment: what may be set, its bounds and its default. docs/configuration.md says what each is
 * for. A key that isn't named here is an error, so that a typing error never leads to an unwanted default.
 */

/** The retentions that CloudWatch Logs knows, in days. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const GIBIBYTE = 1024 ** 3;

const days = z.int().min(1).max(36_500);
const emails = z.array(z.email()).max(100).default([]);

/** AWS::CloudTrail::Trail AdvancedFieldSelector: what CloudTrail can select events by. */
const SELECTOR_FIELDS = [
  'eventCategory',
  'eventName',
  'eventSource',
  'eventType',
  'readOnly',
  'resources.type',
  'resources.ARN',
  'userIdentity.arn',
  'sessionCredentialFromConsole',
  'errorCode',
  'vpcEndpointId',
] as const;

/** The sources whose management events a trail can leave out: CloudTrail knows no others. */
const EXCLUDABLE_SOURCES = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'] as const;

/** "AggregationConfiguration" of the AWS CloudTrail API reference. */
const AGGREGATION_TEMPLATES = ['API_ACTIVITY', 'RESOURCE_ACCESS', 'USER_ACTIONS'] as const;

const operands = z.array(z.string().min(1).max(2048)).min(1).optional();

const fieldSelector = z
  .strictObject({
    field: z.enum(SELECTOR_FIELDS),
    equals: operands,
    startsWith: operands,
    endsWith: operands,
    notEquals: operands,
    notStartsWith: operands,
    notEndsWith: operands,
  })
  .refine(({ field, ...operators }) => Object.values(operators).some((values) => values !== undefined), {
    error: 'compares with nothing: add equals, startsWith, endsWith, notEquals, notStartsWith or notEndsWith',
  });

const advancedEventSelector = z
  .strictObject({ name: z.string().min(1).max(1000), fieldSelectors: z.array(fieldSelector).min(1) })
  .refine(({ fieldSelectors }) => ['Data', 'NetworkActivity'].includes(selectedCategory(fieldSelectors) ?? ''), {
    path: ['fieldSelectors'],
    error:
      'needs the field eventCategory with equals: [Data] or [NetworkActivity]; management events are recorded beside them',
  });

function selectedCategory(selectors: readonly z.infer<typeof fieldSelector>[]): string | undefined {
  return selectors.find(({ field }) => field === 'eventCategory')?.equals?.join();
}

function isData({ fieldSelectors }: z.infer<typeof advancedEventSelector>): boolean {
  return selectedCategory(fieldSelectors) === 'Data';
}

const capacity = z
  .strictObject({ min: z.int().min(1).max(40_000), max: z.int().min(1).max(40_000) })
  .refine(({ min, max }) => min <= max, { error: 'min is above max' });

// z.enum wants a tuple; the keys of an object are typed as a list.
const indexNames = Object.keys(EVENT_INDEXES) as [EventIndexName, ...EventIndexName[]];

const settings = z.strictObject({
  deployment: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,18}[a-z0-9]$/, {
      error:
        'must be 3 to 20 lower-case letters, digits and hyphens, the first a letter: bucket names are made from it',
    })
    .default('trailwarden'),
  account: z
    .string({ error: 'must be text: put the account id in quotes, or its leading zeros are lost' })
    .regex(/^\d{12}$/, { error: 'must be an account id of 12 digits, in quotes' })
    .optional(),
  region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { error: 'must be a region such as eu-central-1' })
    .optional(),
  protected: z.boolean().default(false),
  sources: sourceListSchema.default([{ name: 'trail', type: 'trail' }]),
  trail: z
    .strictObject({
      name: z
        .string()
        .regex(/^(?=.{3,128}$)[A-Za-z0-9](?:[._-]?[A-Za-z0-9])+$/, {
          error: 'must be 3 to 128 letters and digits, with single . _ or - between them',
        })
        .optional(),
      keyPrefix: keyPrefixSchema,
      excludeManagementEventSources: z.array(z.enum(EXCLUDABLE_SOURCES)).default([]),
      advancedEventSelectors: z.array(advancedEventSelector).max(50).default([]),
      insights: z.array(z.enum(['ApiCallRateInsight', 'ApiErrorRateInsight'])).default([]),
      aggregations: z.array(z.enum(AGGREGATION_TEMPLATES)).default([]),
    })
    .refine(
      ({ aggregations, advancedEventSelectors: selectors }) => aggregations.length === 0 || selectors.some(isData),
      {
        path: ['aggregations'],
        error: 'sum up data events, and there are none: add a selector of the category Data to advancedEventSelectors',
      },
    )
    .prefault({}),
  logBucket: logBucketSchema.prefault({}),
  retentionDays: days.default(365),
  index: z
    .strictObject({
      rows: z.enum(ROW_SCOPES).default('notable'),
      rowDays: days.default(30),
      enabled: z.array(z.enum(indexNames)).default([...DEFAULT_EVENT_INDEXES]),
      pageShards: z.int().min(1).max(64).default(1),
    })
    .prefault({}),
  billing: z.enum(['on-demand', 'provisioned']).default('on-demand'),
  provisioned: z
    .strictObject({
      read: capacity.default({ min: 5, max: 500 }),
      write: capacity.default({ min: 5, max: 1000 }),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      minimumLevel: z.enum(ALERT_LEVELS).default('low'),
      windowMinutes: z.int().min(1).max(1440).default(15),
      maxPerMinute: z.int().min(1).max(1000).default(30),
      chat: z.boolean().default(false),
      programs: z.enum(PROGRAMS_FORMATS).default('alert'),
      channels: channelListSchema.default([]),
      emails: z
        .strictObject({ critical: emails, high: emails, medium: emails, low: emails, operations: emails })
        .prefault({}),
      topics: topicsSchema.prefault({}),
    })
    .prefault({}),
  maxObjectBytes: z
    .int()
    .min(1024 ** 2)
    .max(64 * GIBIBYTE)
    .default(2 * GIBIBYTE),
  maxConcurrency: z.int().min(2).max(1000).default(10),
  backfill: z
    .strictObject({
      maxConcurrency: z.int().min(1).max(1000).default(10),
      toleratedFailurePercentage: z.number().min(0).max(100).default(5),
    })
    .prefault({}),
  functionLogDays: z.literal(LOG_RETENTION_DAYS).default(90),
  rules: z
    .strictObject({
      folders: z.array(z.string().min(1)).default([]),
      placeholders: z.record(z.string().min(1), z.array(z.string())).default({}),
      overrides: z
        .record(
          z.string().min(1),
          z
            .strictObject({ level: z.enum(LEVELS).optional(), enabled: z.boolean().optional() })
            .refine(({ level, enabled }) => level !== undefined || enabled !== undefined, {
              error: 'changes nothing: give level, enabled or both',
            }),
        )
        .default({}),
    })
    .prefault({}),
  networks: networksSchema.prefault({}),
  names: namesSettingsSchema.prefault({}),
  glue: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  keys: keysSchema.prefault({}),
  roles: rolesSchema.prefault({}),
  tags: tagsSchema.default({}),
  dashboard: z.boolean().default(false),
  cost: costSchema.prefault({}),
});

/** The settings as written in YAML, checked, with every default filled in. */
export const configSchema = settings
  .refine(({ logBucket, retentionDays }) => logBucket.expireDays >= retentionDays, {
    path: ['logBucket', 'expireDays'],
    error: 'must be at least retentionDays: an event in the index is read from its log object',
  })
  .superRefine(({ sources, account, region }, context) => {
    for (const { path, message } of misplacedSources(sources, { account, region })) {
      context.addIssue({ code: 'custom', path: ['sources', ...path], message });
    }
  })
  .superRefine((config, context) => {
    for (const { path, message } of customerProblems(config)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
    for (const name of settingsOfNoBucket(config)) {
      const message = 'is of the bucket of a new trail, and no source makes one: set it on the buckets that are there';
      context.addIssue({ code: 'custom', path: ['logBucket', name], message });
    }
    for (const index of unreadableTransitions(config)) {
      const message = `must be above retentionDays (${config.retentionDays}): an event in the index is read from its log object, and from this class that takes hours`;
      context.addIssue({ code: 'custom', path: ['logBucket', 'transitions', index, 'afterDays'], message });
    }
  })
  .transform(({ trail, sources, alerts, ...rest }) => ({
    ...rest,
    sources: sources.map((source) => placeSource(source, rest)),
    trail: { ...trail, name: trail.name ?? rest.deployment },
    alerts: { ...alerts, channels: deployedChannels(alerts.channels, alerts.programs) },
  }));

export type DeploymentConfig = z.infer<typeof configSchema>;
/** The settings as they are written, with nothing filled in. */
export type DeploymentSettings = z.input<typeof configSchema>;
export type AdvancedEventSelector = z.infer<typeof advancedEventSelector>;
