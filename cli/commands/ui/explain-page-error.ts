import * as z from 'zod';
import { ReadLimitReached } from '../../../lambda/store/dynamo/queries/read-meter.ts';
import type { PageError } from '../../../ui/protocol/page-error.ts';
import { awsAdvice } from '../../aws/aws-advice.ts';
import { indexAdvice } from '../../aws/index-advice.ts';
import { CommandFailure } from '../../output/exit-codes.ts';

/** An error as the command line explains it, for the person before the page. */
export async function explainPageError(error: unknown): Promise<PageError> {
  if (error instanceof ReadLimitReached) {
    const { estimatedUnits } = error;
    return {
      kind: 'read-limit',
      message: 'This takes more read units than are left of --max-reads. Ask for less time, or add a filter.',
      ...(estimatedUnits !== undefined && { estimatedUnits: Math.ceil(estimatedUnits) }),
    };
  }
  if (error instanceof z.ZodError) {
    const [{ path = [], message } = { message: '' }] = error.issues;
    return { kind: 'bad-question', message: `${path.join('.') || 'The question'}: ${message}` };
  }
  if (error instanceof RangeError) return { kind: 'bad-question', message: error.message };
  if (error instanceof CommandFailure) return { kind: 'failed', message: error.message };
  const message = indexAdvice(error) ?? awsAdvice(error) ?? (error instanceof Error ? error.message : String(error));
  return { kind: 'failed', message };
}
