import { randomBytes } from 'node:crypto';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { MERGE_POLICY } from '../../lambda/pack/merge.ts';
import { pack } from '../../lambda/pack/pack.ts';
import { PACK_POLICY } from '../../lambda/pack/pack-policy.ts';
import { objectName } from '../../lambda/store/ledger/object-versions.ts';
import { encodePages, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import type { SegmentsTable } from '../../lambda/store/segments/table/state.ts';
import { SummaryMaker } from '../made/events.ts';
import { SILENT_LOGGER, SILENT_METRICS } from '../support/silent.ts';
import { NO_UNITS, sumOfUnits, type UnitCounter, type Units } from '../support/units.ts';
import { DAY, type MadeObject, NOW } from './made-objects.ts';

/** As many as pack waits for: what is packed in one go then becomes one small segment. */
export const PAGES = PACK_POLICY.enoughPages;

/** What pages, their packing and their merging took. */
export interface PackedPages {
  readonly pages: Units & { readonly bytes: number };
  readonly pack: Units;
  readonly merge: Units;
}

/** Writes the pages of objects as ingest does, packs them as often as enough of them wait, and merges what that made. */
export async function packPagesOf(
  objects: readonly MadeObject[],
  segments: SegmentsTable,
  ledger: string,
  counter: UnitCounter,
): Promise<PackedPages> {
  const maker = new SummaryMaker();
  const rounds = Math.ceil(objects.length / PAGES);
  let [written, packed, bytes] = [NO_UNITS, NO_UNITS, 0];
  for (let round = 0; round < rounds; round++) {
    const time = new Date(NOW.getTime() - (rounds - round) * 3_600_000);
    for (const object of objects.slice(round * PAGES, (round + 1) * PAGES)) {
      const [page] = encodePages(object.events.map((event) => maker.summary(event)));
      if (page === undefined) continue;
      bytes += page.body.length;
      await writePage(segments, ledger, object, pageRow(page, 0, time));
    }
    written = sumOfUnits(written, counter.take());
    await runPack(segments, new Date(time.getTime() + 30 * 60_000));
    packed = sumOfUnits(packed, counter.take());
  }
  await runPack(segments, new Date(NOW.getTime() + MERGE_POLICY.maxHours * 3_600_000));
  return { pages: { ...written, bytes }, pack: packed, merge: counter.take() };
}

async function writePage(
  { client, table }: SegmentsTable,
  ledger: string,
  { key, version, events }: MadeObject,
  page: ReturnType<typeof pageRow>,
): Promise<void> {
  const [account = '', , region = ''] = key.split('/').slice(1);
  await client.send(
    new TransactWriteCommand({
      TransactItems: [
        {
          Put: {
            TableName: ledger,
            Item: {
              object: objectName('cost-logs', key),
              version,
              status: 'closed',
              account,
              awsRegion: region,
              deliveredAt: NOW.toISOString(),
              notifiedAt: NOW.toISOString(),
              accountRegionDay: `${account}#${region}#${DAY}`,
              readAt: NOW.toISOString(),
              closedAt: NOW.toISOString(),
              sha256: randomBytes(32).toString('hex'),
              bytes: events.length * 1_500,
              records: events.length,
              indexed: events.length,
              rejected: 0,
              findings: 0,
              rejections: [],
            },
            ConditionExpression: 'attribute_not_exists(closedAt)',
          },
        },
        { Put: { TableName: table, Item: page } },
      ],
    }),
  );
}

function runPack(table: SegmentsTable, now: Date): Promise<unknown> {
  return pack({
    ...table,
    policy: PACK_POLICY,
    retentionDays: 365,
    now: () => now,
    mustStop: () => false,
    logger: SILENT_LOGGER,
    metrics: SILENT_METRICS,
  });
}
