import { Console } from 'node:console';
import type { Writable } from 'node:stream';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { PublicKey } from '../../lambda/cloudtrail/digest/digest-signature.ts';
import type { IngestDependencies } from '../../lambda/ingest/ingest.ts';
import { wireIngest } from '../../lambda/ingest/wiring.ts';
import { PACK_FINALLY, PACK_POLICY, type PackPolicy } from '../../lambda/pack/pack-policy.ts';
import { wirePack } from '../../lambda/pack/wiring.ts';
import {
  readIngestEnvironment,
  readPackEnvironment,
  readSweepEnvironment,
  readVerifyEnvironment,
} from '../../lambda/runtime/environment.ts';
import { LOCAL_SERVICE, METRIC_NAMESPACE } from '../../lambda/shared/metric-names.ts';
import { wireSweep } from '../../lambda/sweep/wiring.ts';
import { wireVerify } from '../../lambda/verify/wiring.ts';
import type { QueueFunction } from './event-source-mapping.ts';
import type { LocalAws } from './local-aws.ts';
import { verifySigned } from './verify-signed.ts';

/** A write takes no minute here, and whoever asks meanwhile reads few pages. */
const PACK_WHILE_SERVING: PackPolicy = { ...PACK_POLICY, minPageAge: 2 * 60_000, maxPageAge: 10 * 60_000 };

/** The folder has one process, and that packs one after the other: a lease that is found is that of a dead one. */
const LEASE_MILLISECONDS = 1_000;

/** The functions that a deployment has, over the embedded AWS. */
export interface Functions {
  readonly ingest: QueueFunction;
  /** @param logsRead resolves once the log objects that came before are dealt with. */
  readonly verify: (logsRead: () => Promise<void>) => QueueFunction;
  readonly sweep: () => Promise<unknown>;
  /** Packs what is due. */
  readonly pack: () => Promise<unknown>;
  /** Packs all that there is: only while ingest isn't at work. */
  readonly packAll: () => Promise<unknown>;
}

export interface LocalFunctionOptions {
  /** The functions' logs go here. */
  readonly log: Writable;
  /** To check digests with; none are checked where there is none. */
  readonly publicKeys?: readonly PublicKey[];
  /** All objects are of the past: rules of type first_seen only learn from them. */
  readonly onlyTeaches?: boolean;
  /** Called with the result of each object. */
  readonly onOutcome?: IngestDependencies['onOutcome'];
}

/**
 * The same functions as in AWS, except for their output. Standard output is for the person here, so logs go to a
 * stream, and metrics are dropped.
 */
export function localFunctions(
  { clients, resources }: Pick<LocalAws, 'clients' | 'resources'>,
  { log, publicKeys = [], onOutcome, onlyTeaches = false }: LocalFunctionOptions,
): Functions {
  process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
  const { dynamodb, s3, sns, sqs } = clients;
  const logger = new Logger({ serviceName: LOCAL_SERVICE });
  // It makes its own console, over the standard output, and takes no other.
  Object.defineProperty(logger, 'console', { value: new Console(log) });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName: LOCAL_SERVICE, logger });
  const verify = wireVerify({
    environment: readVerifyEnvironment(resources.variables.verify),
    dynamodb,
    s3,
    sns,
    sqs,
    publicKeys: { list: async () => publicKeys },
    logger,
    metrics,
    isHistory: true,
  });
  const packed = (policy: PackPolicy) =>
    wirePack({
      environment: readPackEnvironment(resources.variables.pack),
      dynamodb,
      logger,
      metrics,
      policy,
      leaseMilliseconds: LEASE_MILLISECONDS,
    });
  return {
    ingest: wireIngest({
      environment: readIngestEnvironment(resources.variables.ingest),
      dynamodb,
      s3,
      sns,
      sqs,
      logger,
      metrics,
      onlyTeaches,
      ...(onOutcome && { onOutcome }),
    }),
    verify: (logsRead) => verifySigned({ s3, verify, hasKeys: publicKeys.length > 0, logsRead }),
    pack: packed(PACK_WHILE_SERVING),
    packAll: packed(PACK_FINALLY),
    sweep: wireSweep({
      environment: readSweepEnvironment(resources.variables.sweep),
      dynamodb,
      s3,
      sns,
      sqs,
      logger,
      metrics,
    }),
  };
}
