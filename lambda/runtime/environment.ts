import * as z from 'zod';
import { LEVELS } from '../detection/index.ts';
import { ROW_SCOPES } from '../store/rows/notable.ts';

/**
 * The environment variables of the functions: written by the CDK stack and the local runner, read by the handlers. Both
 * sides share one definition, so that a missing variable is a type error and not a crash at run time.
 */

const name = z.string().min(1);
const count = z.coerce.number().int().positive();

/** The levels that have an alert topic of their own. */
export const ALERT_LEVELS = ['low', 'medium', 'high', 'critical'] as const;

/** The name of the deployment: a dimension of its metrics, and a part of the commands that messages name. */
const deployment = name;

/**
 * The deployment's own buckets of log objects, separated by commas; empty where no trail is its own. A notification that
 * names none of these, and no source, is refused.
 */
const logBuckets = z.string().transform((text) => (text === '' ? [] : text.split(',')));

/** The buckets that trails write to already, JSON; empty if there are none. */
const sourcesFile = z.string().default('');

/** What is known beside the records, JSON; empty if that is nothing. */
const directoryFile = z.string().default('');

const alertingEnvironment = {
  EVENTS_TABLE: name,
  FINDINGS_TABLE: name,
  ALERTS_TABLE: name,
  LEDGER_TABLE: name,
  CORRELATIONS_TABLE: name,
  SUPPRESSIONS_TABLE: name,
  /** The topic for programs: JSON bodies of every published level. */
  ALERTS_TOPIC_ARN: name,
  /** The topics for people: readable text. */
  CRITICAL_TOPIC_ARN: name,
  HIGH_TOPIC_ARN: name,
  MEDIUM_TOPIC_ARN: name,
  LOW_TOPIC_ARN: name,
  /** The topic for chat applications; empty if there is none. */
  CHAT_TOPIC_ARN: z.string(),
  /** The lowest level that is published; findings below it are recorded only. */
  MINIMUM_LEVEL: z.enum(LEVELS),
  /** Minutes of eventTime within which findings of one rule, actor and account share an alert. */
  ALERT_WINDOW_MINUTES: count,
  /** Alerts of a level that are sent one by one in a minute. The others collapse into one. */
  MAX_ALERTS_PER_MINUTE: count,
  /** The normalised rule set, JSON. */
  RULES_FILE: name,
  DIRECTORY_FILE: directoryFile,
  /** Where sweep keeps the names that it fetches; empty if it fetches none. */
  NAMES_BUCKET: z.string().default(''),
  DEPLOYMENT: deployment,
  /** The settings of the channels of `alerts.channels`, JSON; empty if there are none. */
  CHANNELS_FILE: z.string().default(''),
  /** The URL of a channel's queue, up to the channel's name; empty if there are none. */
  CHANNEL_QUEUE_PREFIX: z.string().default(''),
};

const ingestEnvironment = z.object({
  ...alertingEnvironment,
  LOG_BUCKETS: logBuckets,
  SOURCES_FILE: sourcesFile,
  /** Where rejected records are kept with their reason and receipt. */
  QUARANTINE_BUCKET: name,
  /** The queue that feeds the function: an object that needs more than one call is queued again here. */
  LOG_QUEUE_URL: name,
  /** The queue for messages that no further try can help. */
  DEAD_LETTER_QUEUE_URL: name,
  SEGMENTS_TABLE: name,
  /** Which events have rows, besides what segments hold of all. */
  ROWS: z.enum(ROW_SCOPES),
  /** Days that rows are kept, counted from indexing. */
  ROW_DAYS: count,
  /** Partitions that the pages of a day are spread over. */
  PAGE_SHARDS: count,
  /** Uncompressed bytes after which an object is rejected as too big. */
  MAX_OBJECT_BYTES: count,
});

const verifyEnvironment = z.object({
  ...alertingEnvironment,
  LOG_BUCKETS: logBuckets,
  SOURCES_FILE: sourcesFile,
  /** ARN of the topic that buckets notify. */
  DELIVERY_TOPIC_ARN: name,
  /** The queue for log objects that a digest names and that nobody has read. */
  LOG_QUEUE_URL: name,
  /** The queue that feeds the function: a digest that isn't settled is queued again here. */
  DIGEST_QUEUE_URL: name,
  /** The queue for messages that no further try can help. */
  DEAD_LETTER_QUEUE_URL: name,
  /** Uncompressed bytes above which a log object isn't hashed. */
  MAX_OBJECT_BYTES: count,
  /** Days after which the bucket's lifecycle deletes log objects and digests: older ones don't count as missing. */
  LOG_EXPIRE_DAYS: count,
});

const sweepEnvironment = z.object(alertingEnvironment);

const packEnvironment = z.object({
  DEPLOYMENT: deployment,
  SEGMENTS_TABLE: name,
  /** Days that events stay in the index, counted from their day or from the day of their packing. */
  RETENTION_DAYS: count,
});

const backfillListEnvironment = z.object({
  DEPLOYMENT: deployment,
  LOG_BUCKETS: logBuckets,
  SOURCES_FILE: sourcesFile,
  LEDGER_TABLE: name,
  /** Where it is noted what a backfill has taught rules of type `first_seen`. */
  CORRELATIONS_TABLE: name,
  /** The normalised rule set, JSON: what a sample of the objects is judged by. */
  RULES_FILE: name,
  DIRECTORY_FILE: directoryFile,
  /** Where backfills keep their lists and results. */
  WORK_BUCKET: name,
  /** Uncompressed bytes after which an object of a sample isn't read on. */
  MAX_OBJECT_BYTES: count,
  /** Batches that are read at the same time. */
  MAX_CONCURRENCY: count,
  /** Per cent of the batches of a part that may fail before the rest is given up. */
  TOLERATED_FAILURE_PERCENTAGE: z.coerce.number().min(0).max(100),
});

const backfillBatchEnvironment = z.object({
  ...alertingEnvironment,
  LOG_BUCKETS: logBuckets,
  SOURCES_FILE: sourcesFile,
  /** Where rejected records are kept with their reason and receipt. */
  QUARANTINE_BUCKET: name,
  SEGMENTS_TABLE: name,
  /** Which events of new objects have rows: none of the past has. */
  ROWS: z.enum(ROW_SCOPES),
  /** Days that rows are kept, counted from indexing. */
  ROW_DAYS: count,
  /** Partitions that the pages of a day are spread over. */
  PAGE_SHARDS: count,
  /** Uncompressed bytes after which an object is rejected as too big. */
  MAX_OBJECT_BYTES: count,
  /** Where backfills keep their lists and results. */
  WORK_BUCKET: name,
});

const notifyEnvironment = z.object({
  ALERTS_TABLE: name,
  DEPLOYMENT: name,
  CHANNELS_FILE: name,
  CHANNEL_QUEUE_PREFIX: name,
  /** The queue for messages that were given up. */
  DEAD_LETTER_QUEUE_URL: name,
  /** The topic for programs, if it carries OCSF; empty otherwise. */
  ALERTS_TOPIC_ARN: z.string(),
  /** Where findings are imported: Security Hub knows them by the account and region of who imports them. */
  ACCOUNT: name,
  PARTITION: name,
});

export type IngestEnvironment = z.infer<typeof ingestEnvironment>;
export type VerifyEnvironment = z.infer<typeof verifyEnvironment>;
export type SweepEnvironment = z.infer<typeof sweepEnvironment>;
export type PackEnvironment = z.infer<typeof packEnvironment>;
export type NotifyEnvironment = z.infer<typeof notifyEnvironment>;
export type BackfillListEnvironment = z.infer<typeof backfillListEnvironment>;
export type BackfillBatchEnvironment = z.infer<typeof backfillBatchEnvironment>;

/** The variables as the CDK stack and the local runner must set them: every value a string. */
export type IngestVariables = Record<keyof IngestEnvironment, string>;
export type VerifyVariables = Record<keyof VerifyEnvironment, string>;
export type SweepVariables = Record<keyof SweepEnvironment, string>;
export type PackVariables = Record<keyof PackEnvironment, string>;
export type NotifyVariables = Record<keyof NotifyEnvironment, string>;
export type BackfillListVariables = Record<keyof BackfillListEnvironment, string>;
export type BackfillBatchVariables = Record<keyof BackfillBatchEnvironment, string>;

/** @throws Error that names every variable that is missing or wrong. */
export function readIngestEnvironment(variables: NodeJS.ProcessEnv): IngestEnvironment {
  return read(ingestEnvironment, variables);
}

/** @throws Error that names every variable that is missing or wrong. */
export function readVerifyEnvironment(variables: NodeJS.ProcessEnv): VerifyEnvironment {
  return read(verifyEnvironment, variables);
}

/** @throws Error that names every variable that is missing or wrong. */
export function readSweepEnvironment(variables: NodeJS.ProcessEnv): SweepEnvironment {
  return read(sweepEnvironment, variables);
}

/** @throws Error that names every variable which is missing or wrong. */
export function readPackEnvironment(variables: NodeJS.ProcessEnv): PackEnvironment {
  return read(packEnvironment, variables);
}

/** @throws Error that names every variable that is missing or wrong. */
export function readNotifyEnvironment(variables: NodeJS.ProcessEnv): NotifyEnvironment {
  return read(notifyEnvironment, variables);
}

/** @throws Error that names every variable that is missing or wrong. */
export function readBackfillListEnvironment(variables: NodeJS.ProcessEnv): BackfillListEnvironment {
  return read(backfillListEnvironment, variables);
}

/** @throws Error that names every variable that is missing or wrong. */
export function readBackfillBatchEnvironment(variables: NodeJS.ProcessEnv): BackfillBatchEnvironment {
  return read(backfillBatchEnvironment, variables);
}

function read<Schema extends z.ZodType>(schema: Schema, variables: NodeJS.ProcessEnv): z.infer<Schema> {
  const result = schema.safeParse(variables);
  if (!result.success) {
    throw new Error(`The function's environment is incomplete:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}
