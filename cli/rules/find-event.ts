import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LogObjectItem } from '../../lambda/cloudtrail/log-object.ts';
import { createEventQueries } from '../../lambda/index/event-query.ts';
import { Ledger } from '../../lambda/index/ledger.ts';
import { isJsonObject, type JsonObject } from '../../lambda/shared/json.ts';
import { type ConnectionOptions, connected } from '../connection.ts';
import { CommandFailure } from '../exit.ts';
import { readRawRecord } from '../raw-record.ts';
import { readRecords } from '../scan/read-records.ts';

/**
 * The record that EVENT means: `FILE`, `FILE#INDEX` (as a scan names its events), `-` for standard input, or the eventID
 * of an event in the index.
 * @throws CommandFailure where there is no such record, or more than one.
 */
export async function findEvent(event: string, options: ConnectionOptions): Promise<JsonObject> {
  if (event === '-') return only(await readAll(process.stdin), 'standard input');
  if (await isFile(event)) return only(await readAll(createReadStream(event)), event);
  const [, file, index] = /^(.+)#(\d+)$/.exec(event) ?? [];
  if (file !== undefined && (await isFile(file))) {
    const item = (await readAll(createReadStream(file)))[Number(index)];
    if (item === undefined) throw new CommandFailure(`${file} has no record ${index}; the first one is 0.`);
    return recordOf(item, event);
  }
  return await connected(options, async ({ documents, tables, s3 }) => {
    const [found] = await createEventQueries(documents, tables).event(event);
    if (found === undefined) throw new CommandFailure(`${event} is neither a file nor an event in the index.`);
    const raw = await readRawRecord(s3, new Ledger(documents, tables.ledger), found.eventID, found.receipt);
    if (raw.record === undefined) throw new CommandFailure(raw.problem ?? `The record of ${event} is not there.`);
    return raw.record;
  });
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<readonly LogObjectItem[]> {
  const all: LogObjectItem[] = [];
  for await (const items of readRecords(body)) all.push(...items);
  return all;
}

function only(items: readonly LogObjectItem[], name: string): JsonObject {
  const [item] = items;
  if (item === undefined) throw new CommandFailure(`${name} has no record.`);
  if (items.length === 1) return recordOf(item, name);
  throw new CommandFailure(
    `${name} has ${items.length} records: name one of them as ${name}#0 to #${items.length - 1}.`,
  );
}

function recordOf(item: LogObjectItem, name: string): JsonObject {
  if ('problem' in item) throw new CommandFailure(`${name}: ${item.problem}`);
  if (isJsonObject(item.value)) return item.value;
  throw new CommandFailure(`${name}: the record is not an object`);
}
