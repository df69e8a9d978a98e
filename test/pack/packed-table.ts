import { randomUUID } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { pack } from '../../lambda/pack/pack.ts';
import { PACK_ALL, type PackDependencies, type PackOutcome } from '../../lambda/pack/pack-policy.ts';
import { type EventSummary, summaryKey } from '../../lambda/store/segments/summary.ts';
import { encodePages, type PageRow, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import { readState, type SegmentState } from '../../lambda/store/segments/table/state.ts';
import { createTables } from '../../local/deployment/create-tables.ts';
import { summary } from '../store/segments/summaries.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import type { EmbeddedAws } from '../support/embedded-aws.ts';

export const NOW = new Date('2026-11-21T12:00:00Z');
export const MINUTE = 60_000;
export const DAY = 86_400_000;

/** A segments table with pages that are written and packed, at a time that the test sets. */
export class PackedTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly metrics = new CountedMetrics();
  now = NOW;

  private constructor(client: DynamoDBDocumentClient, table: string) {
    this.client = client;
    this.table = table;
  }

  static async create(aws: EmbeddedAws): Promise<PackedTable> {
    const { segments } = await createTables(aws.clients.dynamodb, `pack-${randomUUID().slice(0, 8)}`);
    return PackedTable.over(aws, segments);
  }

  /** @param table that is there already. */
  static over(aws: EmbeddedAws, table: string): PackedTable {
    const marshallOptions = { removeUndefinedValues: true };
    return new PackedTable(DynamoDBDocumentClient.from(aws.clients.dynamodb, { marshallOptions }), table);
  }

  /** Writes a page, a quarter of an hour ago where nothing else is said. @returns its row. */
  async write(
    events: readonly EventSummary[],
    { at = new Date(this.now.getTime() - 15 * MINUTE), shard = 0, change = {} }: WriteOptions = {},
  ): Promise<PageRow> {
    const [body, more] = encodePages(events);
    if (body === undefined || more !== undefined) throw new Error('That is not one page.');
    const row = { ...pageRow(body, shard, at), ...change };
    await this.put(row);
    return row;
  }

  async put(row: object): Promise<void> {
    await this.client.send(new PutCommand({ TableName: this.table, Item: { ...row } }));
  }

  async get({ partition, item }: { readonly partition: string; readonly item: string }): Promise<unknown> {
    const { Item } = await this.client.send(new GetCommand({ TableName: this.table, Key: { partition, item } }));
    return Item;
  }

  pack(change: Partial<PackDependencies> = {}): Promise<PackOutcome> {
    return pack({
      client: this.client,
      table: this.table,
      policy: PACK_ALL,
      retentionDays: 365,
      now: () => this.now,
      mustStop: () => false,
      logger: new Logger({ logLevel: 'SILENT' }),
      metrics: this.metrics,
      ...change,
    });
  }

  state(): Promise<SegmentState> {
    return readState(this);
  }

  /** All events that a reader finds, from segments and pages, as often as it finds them. */
  async read(): Promise<{ events: readonly EventSummary[]; segments: number; pages: number }> {
    const snapshot = await takeSnapshot({ client: this.client, table: this.table, now: this.now });
    const events: EventSummary[] = [];
    for (const { reader } of snapshot.segments) {
      for (const block of await reader.blocks(Array.from({ length: reader.blockCount }, (_, index) => index))) {
        events.push(...block.summaries());
      }
    }
    for (const page of snapshot.pages) events.push(...page.block().summaries());
    return { events, segments: snapshot.segments.length, pages: snapshot.pages.length };
  }
}

interface WriteOptions {
  readonly at?: Date;
  readonly shard?: number;
  /** Attributes that its row has instead. */
  readonly change?: object;
}

/** In an order of their own, each as often as it is there. */
export function keysOf(events: readonly EventSummary[]): readonly string[] {
  return events.map(summaryKey).toSorted();
}

/** Events of the hours of a day, one after the other. */
export function eventsOn(day: string, count: number): readonly EventSummary[] {
  return Array.from({ length: count }, (_, index) =>
    summary({ eventTime: `${day}T${String(index % 24).padStart(2, '0')}:00:00Z` }),
  );
}
