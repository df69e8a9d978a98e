import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { madeEvents, SummaryMaker } from '../../../bench/made/events.ts';
import type { SegmentItem } from '../../../lambda/store/segments/segment-shape.ts';
import { SegmentWriter } from '../../../lambda/store/segments/segment-writer.ts';
import { commit } from '../../../lambda/store/segments/table/commit.ts';
import { newSegmentId } from '../../../lambda/store/segments/table/keys.ts';
import { giveLeaseBack, takeLease } from '../../../lambda/store/segments/table/lease.ts';
import { putSegmentItems } from '../../../lambda/store/segments/table/segment-items.ts';
import { readState } from '../../../lambda/store/segments/table/state.ts';
import { startLocalAws } from '../../../local/deployment/local-aws.ts';

/** The day of all of them. */
const MADE_DAY = '2026-11-18';

/** Puts events of one day into a folder as a segment, as pack would have made it of their pages. */
async function fillWithMadeEvents(data: string, events: number): Promise<void> {
  const aws = await startLocalAws({ data });
  try {
    const table = {
      client: DynamoDBDocumentClient.from(aws.clients.dynamodb, { marshallOptions: { removeUndefinedValues: true } }),
      table: aws.resources.tables.segments,
    };
    const now = new Date();
    const expiresAt = Math.floor(now.getTime() / 1000) + 400 * 86_400;
    const lease = await takeLease(table, 0, now, 3_600_000);
    if (lease === undefined) throw new Error('the table is new, and its lease is taken');
    const items: SegmentItem[] = [];
    const writer = new SegmentWriter((item) => items.push(item));
    const maker = new SummaryMaker();
    for (const made of madeEvents({ seed: 20_261_126, eventsPerObject: [50, 6] }, MADE_DAY, events)) {
      writer.add(maker.summary(made));
    }
    const facts = writer.finish();
    if (facts === undefined) throw new Error('no events were made');
    const segmentId = newSegmentId();
    await putSegmentItems(table, segmentId, items, expiresAt);
    await commit(table, {
      state: await readState(table),
      lease,
      add: [{ ...facts, segmentId, level: 1, lane: 0, keptFrom: MADE_DAY, madeAt: now.toISOString(), expiresAt }],
      replace: [],
      packed: { shard: 0, to: now.toISOString(), leftBehind: [] },
    });
    await giveLeaseBack(table, lease);
  } finally {
    await aws.stop();
  }
}

/** In a process of its own: the emulators are modules that jest can't load. */
const [data = '', events = ''] = process.argv.slice(2);
await fillWithMadeEvents(data, Number(events));
