import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { compareSummaries, type EventSummary, summaryKey } from '../../lambda/store/segments/summary.ts';
import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';

/** Every event that the index holds, each once and in order: what any question may find at this moment. */
export async function indexedEvents(
  client: DynamoDBDocumentClient,
  table: string,
  now: Date = new Date(),
): Promise<readonly EventSummary[]> {
  const { pages, segments } = await takeSnapshot({ client, table, now });
  const found = new Map<string, EventSummary>();
  for (const { descriptor, reader } of segments) {
    const numbers = Array.from({ length: descriptor.blocks }, (_, number) => number);
    for (const block of await reader.blocks(numbers)) {
      for (let at = 0; at < block.count; at++) found.set(summaryKey(block.summary(at)), block.summary(at));
    }
  }
  for (const page of pages) {
    const block = page.block();
    for (let at = 0; at < block.count; at++) found.set(summaryKey(block.summary(at)), block.summary(at));
  }
  return [...found.values()].sort(compareSummaries);
}
