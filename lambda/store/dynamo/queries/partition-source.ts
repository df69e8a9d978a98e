import type { TimedSource } from './merge-by-time.ts';
import { type Page, type PartitionKey, type PartitionReadOptions, readPage } from './partition-page.ts';

/** Rows above which only DynamoDB's own bound of 1 MB limits a page. */
const MAX_LIMIT = 1_000;

/**
 * One key of an index as a source of rows: its pages grow, so that a short answer costs little and a long one
 * few calls.
 * @param firstLimit rows of the first page; without it each page is as long as DynamoDB makes it.
 */
export function partitionSource(
  partition: PartitionKey,
  options: PartitionReadOptions,
  firstLimit?: number,
): TimedSource<Record<string, unknown>> {
  let limit = firstLimit;
  let after: Page['next'];
  return {
    next: async () => {
      const page = await readPage(partition, options, {
        ...(limit !== undefined && limit < MAX_LIMIT && { limit }),
        ...(after !== undefined && { after }),
      });
      after = page.next;
      if (limit !== undefined) limit *= 2;
      return { rows: page.items, ...(after !== undefined && { upTo: after.eventTime }) };
    },
  };
}
