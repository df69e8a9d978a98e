import { bytesSent, openedTo } from '../../../cloudtrail/classify/opened-to.ts';
import type { Receipt } from '../../../cloudtrail/cloudtrail-event.ts';
import { counted } from '../../../shared/counted.ts';
import type { JsonObject } from '../../../shared/json.ts';
import type { EventDetail } from '../indexed-event.ts';
import type { GatheredEvents } from './gather-events.ts';
import type { LoggedStep } from './persistence-log.ts';

/** Reads the records that receipts name. */
export interface RecordReader {
  /**
   * The records, in any order; what can't be found is left out.
   * @throws after those that can be read, where others can't, for example without the right to.
   */
  read(receipts: readonly Receipt[]): AsyncIterable<{ readonly receipt: Receipt; readonly record: JsonObject }>;
}

/** What records say of an incident and the index doesn't. */
export interface RecordDetails {
  /** Whom a call opened something to, by its event. */
  readonly lets: ReadonlyMap<EventDetail, readonly string[]>;
  /** The same of all calls of an action that may share. */
  readonly sharedWith: ReadonlyMap<string, readonly string[]>;
  /** What wasn't read, as a sentence. */
  readonly leftOut?: string;
}

export const NO_DETAILS: RecordDetails = { lets: new Map(), sharedWith: new Map() };

export interface DetailsAsked {
  readonly records: RecordReader;
  /** Log objects that are read at most. */
  readonly maxObjects: number;
  readonly gathered: GatheredEvents;
  readonly steps: readonly LoggedStep[];
}

/** What is done with each record. @returns whether it was the one that was meant. */
type Take = (record: JsonObject) => boolean;

/**
 * Reads the records of an incident that say whom something was opened to, and how many bytes were handed out: each log
 * object once, the former first.
 */
export async function readDetails({ records, maxObjects, gathered, steps }: DetailsAsked): Promise<RecordDetails> {
  const lets = new Map<EventDetail, readonly string[]>();
  const sharedWith = new Map<string, Set<string>>();
  const wanted: { readonly eventID: string; readonly receipt: Receipt; readonly take: (record: JsonObject) => void }[] =
    [
      ...steps.map(({ event }) => ({
        eventID: event.eventID,
        receipt: event.receipt,
        take: (record: JsonObject) => void lets.set(event, openedTo(record, new Set())),
      })),
      ...gathered.sharing.events.map((event) => ({
        eventID: event.eventID,
        receipt: event.receipt,
        take: (record: JsonObject) => {
          const names = sharedWith.get(event.action) ?? new Set();
          for (const name of openedTo(record, new Set([event.account]))) if (!isService(name)) names.add(name);
          sharedWith.set(event.action, names);
        },
      })),
      ...gathered.taking.reads.map(({ eventID, receipt, addBytes }) => ({
        eventID,
        receipt,
        take: (record: JsonObject) => {
          const bytes = bytesSent(record);
          if (bytes !== undefined) addBytes(bytes);
        },
      })),
    ];
  const takes = new Map<string, Take[]>();
  const objects = new Set<string>();
  const receipts: Receipt[] = [];
  let unread = 0;
  for (const { eventID, receipt, take } of wanted) {
    const object = objectOf(receipt);
    if (!objects.has(object) && objects.size >= maxObjects) {
      unread++;
      continue;
    }
    objects.add(object);
    const place = placeOf(receipt);
    const known = takes.get(place);
    if (known === undefined) receipts.push(receipt);
    // Whoever may write into the bucket may have put another record in its place.
    const takeOwn: Take = (record) => {
      if (String(record.eventID ?? record.eventId) !== eventID) return false;
      take(record);
      return true;
    };
    takes.set(place, [...(known ?? []), takeOwn]);
  }
  const reasons: string[] = [];
  try {
    if (receipts.length > 0) {
      for await (const { receipt, record } of records.read(receipts)) {
        const isTaken = takes.get(placeOf(receipt))?.map((take) => take(record)) ?? [];
        if (isTaken.every(Boolean)) takes.delete(placeOf(receipt));
      }
      if (takes.size > 0) reasons.push(`${takes.size} of them are no longer where they were read`);
    }
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    reasons.push(`${takes.size} of them can't be read: ${why}`);
  }
  if (unread > 0)
    reasons.push(`${unread} of them are in more than the ${counted(maxObjects, 'log object')} read at most`);
  if (gathered.sharing.isCut || gathered.taking.isCut) reasons.push('there are more of them than are looked at');
  return {
    lets,
    sharedWith: new Map([...sharedWith].map(([action, names]) => [action, [...names]])),
    ...(reasons.length > 0 && {
      leftOut: `Records say whom something was opened to, and how many bytes were read: ${reasons.join('; ')}.`,
    }),
  };
}

function objectOf({ bucket, key, version }: Receipt): string {
  return `${bucket}\n${key}\n${version}`;
}

function placeOf(receipt: Receipt): string {
  return `${objectOf(receipt)}\n${receipt.index}`;
}

/** What AWS itself may read is shared with nobody. */
function isService(principal: string): boolean {
  return principal.endsWith('.amazonaws.com');
}
