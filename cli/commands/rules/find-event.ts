import { stat } from 'node:fs/promises';
import type { LogObjectItem } from '../../../lambda/cloudtrail/log/log-object.ts';
import { readRecords } from '../../../lambda/cloudtrail/log/read-records.ts';
import { isJsonObject, type JsonObject } from '../../../lambda/shared/json.ts';
import { Ledger } from '../../../lambda/store/ledger/ledger.ts';
import { createEventQueries } from '../../../lambda/store/questions/event-queries.ts';
import type { IndexedEvent } from '../../../lambda/store/questions/indexed-event.ts';
import { type Connection, type ConnectionOptions, connected } from '../../aws/connection.ts';
import { openInput, STANDARD_INPUT } from '../../inputs/open-input.ts';
import { readRawRecord } from '../../inputs/raw-record.ts';
import { CommandFailure } from '../../output/exit-codes.ts';

/**
 * The record that EVENT means: `FILE`, `FILE#INDEX` (as a scan names its events; FILE may be `-`, standard input), or the
 * eventID of an event in the index.
 * @throws CommandFailure if there is no such record, or more than one.
 */
export async function findEvent(event: string, options: ConnectionOptions): Promise<JsonObject> {
  if (await isInput(event)) return await readOnly(event);
  const [, file, index] = /^(.+)#(\d+)$/.exec(event) ?? [];
  if (file !== undefined && (await isInput(file))) return await readOne(file, Number(index));
  return await connected(options, async (connection) => {
    const { documents, tables } = connection;
    const [found] = await createEventQueries(documents, tables).event(event);
    if (found === undefined) throw new CommandFailure(`${event} is neither a file nor an event in the index.`);
    return await recordOfEvent(found, connection);
  });
}

/** The record of an event in the index, from its log object. @throws CommandFailure if it isn't there. */
export async function recordOfEvent(
  { eventID, receipt }: Pick<IndexedEvent, 'eventID' | 'receipt'>,
  { documents, tables, s3 }: Pick<Connection, 'documents' | 'tables' | 's3'>,
): Promise<JsonObject> {
  const raw = await readRawRecord(s3, new Ledger(documents, tables.ledger), eventID, receipt);
  if (raw.record === undefined) throw new CommandFailure(raw.problem ?? `The record of ${eventID} is not there.`);
  return raw.record;
}

async function isInput(path: string): Promise<boolean> {
  if (path === STANDARD_INPUT) return true;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isDirectory();
}

/** The record at a position. What follows it isn't read. */
async function readOne(file: string, index: number): Promise<JsonObject> {
  for await (const items of readRecords(openInput(file))) {
    const item = items.find((candidate) => candidate.index === index);
    if (item !== undefined) return recordOf(item, `${file}#${index}`);
  }
  throw new CommandFailure(`${file} has no record ${index}; the first one is 0.`);
}

/** The one record that there is. */
async function readOnly(file: string): Promise<JsonObject> {
  const name = file === STANDARD_INPUT ? 'standard input' : file;
  let first: LogObjectItem | undefined;
  let count = 0;
  for await (const items of readRecords(openInput(file))) {
    first ??= items[0];
    count += items.length;
  }
  if (first === undefined) throw new CommandFailure(`${name} has no record.`);
  if (count === 1) return recordOf(first, name);
  throw new CommandFailure(`${name} has ${count} records: name one of them as ${file}#0 to #${count - 1}.`);
}

function recordOf(item: LogObjectItem, name: string): JsonObject {
  if ('problem' in item) throw new CommandFailure(`${name}: ${item.problem}`);
  if (isJsonObject(item.value)) return item.value;
  throw new CommandFailure(`${name}: the record is not an object`);
}
