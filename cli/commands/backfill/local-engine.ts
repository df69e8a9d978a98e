import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { WorkBucket } from '../../../lambda/backfill/work-bucket.ts';
import { openLocalAws } from '../../../local/deployment/local-aws.ts';
import { localBackfill } from '../../../local/states/local-backfill.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Engine } from './engine.ts';

/** The same state machine in this process, over what npm start has left. */
export async function localEngine(data: string | undefined): Promise<Engine> {
  const aws = await openLocalAws(data);
  const log = createWriteStream(join(aws.data, 'backfill.log'), { flags: 'a' });
  const { executions, close } = localBackfill(aws, log);
  const running: Promise<unknown>[] = [];
  return {
    isElsewhere: false,
    work: new WorkBucket(aws.clients.s3, aws.resources.buckets.backfill),
    estimate: async (event) => {
      try {
        return await executions.list(event);
      } catch (error) {
        throw new CommandFailure(error instanceof Error ? error.message : String(error));
      }
    },
    start: async (input) => {
      running.push(executions.run(input));
    },
    describe: (name) => executions.describe(name),
    stop: (name) => executions.stop(name),
    close: async () => {
      await Promise.all(running);
      close();
      log.end();
      await aws.stop();
    },
  };
}
