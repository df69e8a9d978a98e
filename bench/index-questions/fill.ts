import { mapConcurrently } from '../../lambda/shared/concurrency.ts';
import type { EventConditions } from '../../lambda/store/questions/conditions.ts';
import type { SegmentItem } from '../../lambda/store/segments/segment-shape.ts';
import { SegmentWriter } from '../../lambda/store/segments/segment-writer.ts';
import type { EventSummary } from '../../lambda/store/segments/summary.ts';
import { commit } from '../../lambda/store/segments/table/commit.ts';
import { newSegmentId } from '../../lambda/store/segments/table/keys.ts';
import { giveLeaseBack, type Lease, takeLease } from '../../lambda/store/segments/table/lease.ts';
import { putSegmentItems } from '../../lambda/store/segments/table/segment-items.ts';
import { readState, type SegmentsTable } from '../../lambda/store/segments/table/state.ts';
import { madeEvents, SummaryMaker } from '../made/events.ts';
import { withPeakMemory } from '../support/memory.ts';
import { connectBenchTable } from '../support/segments-table.ts';
import { answerApart } from './apart.ts';
import { DAYS, FIRST_DAY, NOW, ORGANIZATION, SEGMENT_EVENTS } from './world.ts';

const EXPIRES_AT = Math.floor(NOW.getTime() / 1000) + 400 * 86_400;
const PUTS_AT_ONCE = 4;
const ITEMS_AT_ONCE = 100;

/** What a filled table holds. */
export interface Filled {
  /** Keys of some fields, with their events. */
  readonly keys: readonly Key[];
  /** Of all items' bodies. */
  readonly bytes: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

/** A key that may be asked for. */
export interface Key {
  readonly conditions: EventConditions;
  events: number;
}

async function fill(table: SegmentsTable, events: number): Promise<Pick<Filled, 'keys' | 'bytes'>> {
  const lease = await takeLease(table, 0, NOW, 24 * 3_600_000);
  if (lease === undefined) throw new Error('the table is new, and its lease is taken');
  const counts = new KeyCounts();
  const maker = new SummaryMaker();
  let bytes = 0;
  for (let day = 0; day < DAYS; day++) {
    const date = new Date(FIRST_DAY + day * 86_400_000).toISOString().slice(0, 10);
    const count = Math.floor(events / DAYS) + (day < events % DAYS ? 1 : 0);
    let segment = new SegmentOnItsWay(table);
    const finish = async (): Promise<void> => {
      bytes += await segment.finish(lease);
      segment = new SegmentOnItsWay(table);
    };
    for (const made of madeEvents(ORGANIZATION, date, count)) {
      const summary = maker.summary(made);
      counts.add(summary);
      await segment.add(summary);
      if (segment.count >= SEGMENT_EVENTS) await finish();
    }
    if (segment.count > 0) await finish();
  }
  await giveLeaseBack(table, lease);
  return { keys: [...counts.keys.values()], bytes };
}

/** A segment whose items are put as they are made. */
class SegmentOnItsWay {
  readonly #table: SegmentsTable;
  readonly #segmentId = newSegmentId();
  readonly #writer = new SegmentWriter((item) => this.#items.push(item));
  #items: SegmentItem[] = [];

  constructor(table: SegmentsTable) {
    this.#table = table;
  }

  get count(): number {
    return this.#writer.count;
  }

  add(summary: EventSummary): Promise<void> | undefined {
    this.#writer.add(summary);
    return this.#items.length >= ITEMS_AT_ONCE ? this.#put() : undefined;
  }

  async finish(lease: Lease): Promise<number> {
    const facts = this.#writer.finish();
    if (facts === undefined) return 0;
    await this.#put();
    const committed = await commit(this.#table, {
      state: await readState(this.#table),
      lease,
      add: [
        {
          ...facts,
          segmentId: this.#segmentId,
          level: 1,
          lane: 0,
          keptFrom: facts.day,
          madeAt: NOW.toISOString(),
          expiresAt: EXPIRES_AT,
        },
      ],
      replace: [],
      // Nothing waits in pages: readers begin behind them.
      packed: { shard: 0, to: NOW.toISOString(), leftBehind: [] },
    });
    if (typeof committed === 'string') throw new Error(`nobody else commits, and this commit was ${committed}`);
    return facts.bytes;
  }

  async #put(): Promise<void> {
    const items = this.#items;
    this.#items = [];
    const parts = Array.from({ length: PUTS_AT_ONCE }, (_, part) =>
      items.filter((__, at) => at % PUTS_AT_ONCE === part),
    );
    await mapConcurrently(parts, PUTS_AT_ONCE, (part) =>
      putSegmentItems(this.#table, this.#segmentId, part, EXPIRES_AT),
    );
  }
}

/** Counts the events of some keys: those that were met at even distances. */
class KeyCounts {
  readonly keys = new Map<string, Key>();
  #seen = 0;

  add({ actor, resources: [resource], accessKeyId, address }: EventSummary): void {
    const found: EventConditions[] = [{ actor: [actor] }];
    if (resource !== undefined) found.push({ resource: [resource] });
    if (accessKeyId !== undefined) found.push({ accessKeyId: [accessKeyId] });
    if (address !== undefined) found.push({ address: [address] });
    const isTaken = this.#seen++ % SAMPLE_DISTANCE === 0;
    for (const [at, text] of [actor, resource, accessKeyId, address].entries()) {
      if (text === undefined) continue;
      const name = `${at} ${text}`;
      const key = this.keys.get(name);
      if (key !== undefined) key.events++;
      else if (isTaken) {
        const conditions = found.find((one) => Object.values(one)[0]?.[0] === text);
        if (conditions !== undefined) this.keys.set(name, { conditions, events: 1 });
      }
    }
  }
}

const SAMPLE_DISTANCE = 997;

/** In a process of its own: what making events leaves in memory isn't the questions'. */
if (import.meta.main) {
  const [endpoint = '', table = '', events = ''] = process.argv.slice(2);
  const connected = connectBenchTable(endpoint, table);
  const { result, seconds, peakMegabytes } = await withPeakMemory(() => fill(connected, Number(events)));
  connected.client.destroy();
  await answerApart({ ...result, seconds, peakMegabytes } satisfies Filled);
}
