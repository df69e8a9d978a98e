import { randomUUID } from 'node:crypto';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { backoff } from '../../../shared/backoff.ts';
import { counted } from '../../../shared/counted.ts';
import { FaultOfAccess } from '../../../shared/faults.ts';
import { type PageBody, pageRow } from './page-rows.ts';

/** One write of a transaction that isn't a page. */
export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

export interface PagesTransaction {
  readonly client: DynamoDBDocumentClient;
  /** Physical name of the table of segments. */
  readonly table: string;
  readonly shard: number;
  readonly pages: readonly PageBody[];
  /** What the pages become visible with: the condition of each decides on all. */
  readonly changes: readonly [TransactItem, ...TransactItem[]];
  readonly now: () => Date;
}

/** The transaction was in conflict with others, or throttled, until the tries ran out. */
export class PagesUnwritten extends FaultOfAccess {
  override readonly name = 'PagesUnwritten';
}

/**
 * What a try may take, from the time in its pages' keys on. Pack takes pages that are ten minutes old for all there are: a
 * page that came into being later than this would be overlooked.
 */
export const TRY_MILLISECONDS = 60_000;

const MAX_SENDS = 10;
const BACKOFF = { baseMilliseconds: 50, maxMilliseconds: 3_000 };

/**
 * Writes pages and what they belong to in one transaction: all of it, or nothing. A try that is sent again carries the same keys and
 * the same token, so that it has its effect once; after its time a new one is made, with new keys.
 * @returns false where the condition of a change doesn't hold: then nothing was written by this try. It may be that an
 * earlier try was, whose answer was lost.
 * @throws PagesUnwritten; the SDK's errors, after which it may or may not have been written.
 */
export async function transactPages(transaction: PagesTransaction): Promise<boolean> {
  return (await transactTogether(transaction)).length === 0;
}

/**
 * As `transactPages`, for changes of several rows, each with a condition of its own.
 * @returns the places of the changes whose condition doesn't hold; none where everything was written.
 * @throws PagesUnwritten; the SDK's errors, after which it may or may not have been written.
 */
export async function transactTogether(transaction: PagesTransaction): Promise<readonly number[]> {
  let attempt: Attempt | undefined;
  for (let sends = 0; sends < MAX_SENDS; sends++) {
    if (sends > 0) await backoff(sends - 1, BACKOFF);
    if (attempt === undefined || attempt.leftMilliseconds(transaction.now()) <= 0) attempt = new Attempt(transaction);
    const result = await send(transaction, attempt);
    if (result !== 'again') return result;
  }
  throw new PagesUnwritten(
    `a transaction of ${counted(transaction.pages.length, 'page')} didn't come about in ${MAX_SENDS} tries`,
  );
}

class Attempt {
  readonly input: TransactWriteCommandInput;
  readonly #begun: number;

  constructor({ table, shard, pages, changes, now }: PagesTransaction) {
    const time = now();
    this.#begun = time.getTime();
    this.input = {
      ClientRequestToken: randomUUID(),
      TransactItems: [
        ...changes,
        ...pages.map((page) => ({ Put: { TableName: table, Item: pageRow(page, shard, time) } })),
      ],
    };
  }

  leftMilliseconds(now: Date): number {
    return this.#begun + TRY_MILLISECONDS - now.getTime();
  }
}

/** The places of the changes that were refused; none where it was written. */
async function send(
  { client, now, changes }: PagesTransaction,
  attempt: Attempt,
): Promise<readonly number[] | 'again'> {
  // The SDK sends again by itself what wasn't answered: not for longer than a try may take.
  const left = Math.max(0, Math.min(TRY_MILLISECONDS, attempt.leftMilliseconds(now())));
  const abortSignal = AbortSignal.timeout(left);
  try {
    await client.send(new TransactWriteCommand(attempt.input), { abortSignal });
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'TransactionInProgressException') return 'again';
    const codes = cancellationCodes(error);
    // Where its condition fails, it doesn't matter what else was in the way.
    const refused = changes.flatMap((_, place) => (codes[place] === 'ConditionalCheckFailed' ? [place] : []));
    if (refused.length > 0) return refused;
    if (codes.some((code) => PASSING.has(code))) return 'again';
    throw error;
  }
}

/** Reasons for a cancelled transaction that a moment mends. */
const PASSING: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

function cancellationCodes(error: Error): readonly string[] {
  if (error.name !== 'TransactionCanceledException') return [];
  if (!('CancellationReasons' in error) || !Array.isArray(error.CancellationReasons)) return [];
  return error.CancellationReasons.map((reason: { readonly Code?: string }) => reason.Code ?? 'None');
}
