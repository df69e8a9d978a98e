import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import type { PackEnvironment } from '../runtime/environment.ts';
import { pack } from './pack.ts';
import { LEASE_MILLISECONDS, PACK_POLICY, type PackOutcome, type PackPolicy } from './pack-policy.ts';

/** No step is begun with less time left: a merge of 200,000 events takes half a minute, and its items a few seconds. */
const STEP_MILLISECONDS = 120_000;

/** Clocks may differ by as much: the lease outlives its function by this. */
const LEASE_MARGIN_MILLISECONDS = 60_000;

/** What the schedule sends. A call by hand may send nothing, and packs everything. */
const callSchema = z.object({
  lane: z.number().int().nonnegative().default(0),
  lanes: z.number().int().positive().default(1),
});

/** Some of what is due could not be packed: the log says what, and the next call tries again. */
export class PackFailed extends Error {
  override readonly name = 'PackFailed';
}

export interface PackWiring {
  readonly environment: PackEnvironment;
  readonly dynamodb: DynamoDBClient;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** When pages are packed; as in AWS where none is given. */
  readonly policy?: PackPolicy;
  /** How long a lease is taken for at most. */
  readonly leaseMilliseconds?: number;
  /** The clock; the system's where none is given. */
  readonly now?: () => Date;
}

/** The function over given clients and settings. @throws PackFailed where a shard or a day could not be dealt with. */
export type Pack = (event?: unknown, context?: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<PackOutcome>;

/** The function over given clients and settings: in AWS, on a laptop, in a test. */
export function wirePack(wiring: PackWiring): Pack {
  const {
    environment,
    dynamodb,
    logger,
    metrics,
    policy = PACK_POLICY,
    leaseMilliseconds = LEASE_MILLISECONDS,
  } = wiring;
  const { now = () => new Date() } = wiring;
  const client = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  return async (event, context) => {
    const left = (): number => context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
    const outcome = await pack({
      client,
      table: environment.SEGMENTS_TABLE,
      policy,
      retentionDays: environment.RETENTION_DAYS,
      ...callSchema.parse(event ?? {}),
      leaseMilliseconds: Math.min(leaseMilliseconds, left() + LEASE_MARGIN_MILLISECONDS),
      now,
      mustStop: () => left() < STEP_MILLISECONDS,
      logger,
      metrics,
    });
    logger.info('Packed', { ...outcome });
    if (outcome.failed > 0) throw new PackFailed(`${outcome.failed} shards or days could not be packed: see the log.`);
    return outcome;
  };
}
