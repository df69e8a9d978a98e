import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';

/** Bodies that an S3 client gave out, and those that were closed since. */
export interface BodyCounts {
  opened: number;
  closed: number;
}

/** Counts the bodies that a client gives out from now on. */
export function countBodies(s3: S3Client): BodyCounts {
  const counts: BodyCounts = { opened: 0, closed: 0 };
  s3.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      const { output } = result;
      if ('Body' in output && output.Body instanceof Readable) {
        counts.opened++;
        output.Body.once('close', () => {
          counts.closed++;
        });
      }
      return result;
    },
    { step: 'initialize', name: 'countBodies' },
  );
  return counts;
}
