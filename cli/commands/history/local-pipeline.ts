import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { DEFAULT_RULES } from '../../../local/deployment/default-rules.ts';
import { startLocalAws } from '../../../local/deployment/local-aws.ts';
import { localFunctions } from '../../../local/deployment/local-functions.ts';
import { writeRuleSet } from '../../../local/deployment/local-rule-set.ts';
import { HistoryFile } from '../../../local/history/history-file.ts';
import { startPipeline } from '../../../local/run/local-pipeline.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { untilAborted } from './until-aborted.ts';

export interface LocalPipeline {
  readonly history: HistoryFile;
  readonly s3: S3Client;
  /** The log bucket: what is put there is processed while more comes. */
  readonly bucket: string;
}

export interface LocalPipelineOptions {
  readonly data: string;
  readonly fresh: true | undefined;
  readonly io: Io;
  /** Aborted, what is queued waits for the next run over the folder. */
  readonly signal: AbortSignal;
}

/**
 * Has the embedded AWS with its functions over a folder while `work` fills its bucket, and until all of it is processed.
 * @throws InputError for a folder that can't be used; the errors of `work`.
 */
export async function withLocalPipeline<Result>(
  { data, fresh, io, signal }: LocalPipelineOptions,
  work: (local: LocalPipeline) => Promise<Result>,
): Promise<Result> {
  const aws = await startLocalAws({ data, ...(fresh && { fresh }) });
  const log = createWriteStream(join(data, 'functions.log'), { flags: 'a' });
  try {
    await writeRuleSet(DEFAULT_RULES, aws.rulesFile);
    const history = await HistoryFile.open(data);
    const onError = (error: unknown): void => {
      io.stderr.write(`${printableLines(error instanceof Error ? error.message : String(error))}\n`);
    };
    const pipeline = startPipeline(aws, { functions: localFunctions(aws, { log, onlyTeaches: true }), onError });
    try {
      const result = await work({ history, s3: aws.clients.s3, bucket: aws.resources.buckets.logs });
      if (!signal.aborted) {
        io.stderr.write('All is fetched. The rest of it is being judged and indexed.\n');
        await untilAborted(pipeline.drained(), signal);
      }
      return result;
    } finally {
      await pipeline.finish();
    }
  } finally {
    log.end();
    await aws.stop();
  }
}
