import type { CloudTrailEvent, Receipt } from '../../cloudtrail/cloudtrail-event.ts';
import { cutText } from '../../shared/cut-text.ts';
import { rowBytes } from '../dynamo/row-size.ts';

/** What a row holds of an event. The row of the event and those of its further resources have the same members. */
export interface EventAttributes {
  readonly actor: string;
  readonly actorKind: string;
  readonly actorName?: string;
  readonly session?: string;
  readonly via?: string;
  readonly action: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly account: string;
  readonly awsRegion: string;
  readonly access: string;
  readonly outcome: string;
  readonly category: string;
  readonly credential: string;
  readonly accessKeyId?: string;
  readonly console?: true;
  readonly mfa?: boolean;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly address?: string;
  /** Only if it isn't an IP address; that is in `address`. */
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  /** How many resources the record names, if there are several. */
  readonly resourceCount?: number;
  /** The record names more resources than are indexed. */
  readonly resourcesCut?: true;
  readonly receipt: Receipt;
}

interface RowKey {
  readonly eventID: string;
  /** `<identity>#0` for the event, `#1`, `#2`, … for its further resources. */
  readonly part: string;
  readonly eventTime: string;
  readonly resource?: string;
  /** Epoch second after which the row is deleted. */
  readonly expiresAt: number;
}

/** The row of an event: found through every index. */
export interface EventRow extends RowKey, EventAttributes {
  readonly accountDay: string;
}

/**
 * The row of a further resource. Its content is in `event`, where no index sees it. So an event is in each index once,
 * and in by-resource once for each resource.
 */
export interface ResourceRow extends RowKey {
  readonly resource: string;
  readonly event: EventAttributes;
}

export interface RowOptions {
  /** Days that rows are kept. */
  readonly rowDays: number;
  /** The time of indexing: rows expire counted from it, so that old events aren't born expired. */
  readonly now: Date;
}

/** Bytes of UTF-8 for a field, so that the row of an ordinary event stays below one write unit of 1 KB. */
export const FIELD_BYTES = { userAgent: 128, errorMessage: 192, name: 128, errorCode: 128 } as const;

/**
 * No row of an event is larger, for any record: an eventID, three keys, a receipt, and texts of bounded length. Queries
 * use this bound to keep to their read limit.
 */
export const MAX_ROW_BYTES = 16 * 1024;

/** One write unit is 1,024 bytes. This count may be a few bytes less than DynamoDB's. */
const ROW_BYTES = 1000;

/** The least that is kept of each text that is cut, in the order in which they are cut. */
const SHORTEST_BYTES = { errorMessage: 32, userAgent: 12 } as const;

/** DynamoDB's bound for the value of a partition key is 2,048 bytes. */
export const MAX_KEY_BYTES = 2000;

/**
 * The rows of an event: one for itself with its first resource, one for each further resource. If one of them would
 * cost more than a write unit, the texts that only people read are cut shorter, in all rows in the same way.
 */
export function eventRows(event: CloudTrailEvent, options: RowOptions): [EventRow, ...ResourceRow[]] {
  const attributes = eventAttributes(event);
  const rows = layRows(event, attributes, options);
  const excess = rows.reduce((most, row) => Math.max(most, rowBytes(row)), 0) - ROW_BYTES;
  return excess <= 0 ? rows : layRows(event, withShorterTexts(attributes, excess), options);
}

function layRows(
  event: CloudTrailEvent,
  attributes: EventAttributes,
  options: RowOptions,
): [EventRow, ...ResourceRow[]] {
  const { now, rowDays } = options;
  const { eventID, eventTime } = event;
  const expiresAt = Math.floor(now.getTime() / 1000) + rowDays * 86_400;
  const resources = event.resources.filter((resource) => Buffer.byteLength(resource) <= MAX_KEY_BYTES);
  const [first, ...further] = resources;

  const row: EventRow = {
    eventID,
    part: `${event.identity}#0`,
    eventTime,
    ...attributes,
    accountDay: accountDay(event.account, eventTime),
    ...(first !== undefined && { resource: first }),
    expiresAt,
  };
  const resourceRows = further.map((resource, index): ResourceRow => {
    return {
      eventID,
      part: `${event.identity}#${index + 1}`,
      eventTime,
      resource,
      event: attributes,
      expiresAt,
    };
  });
  return [row, ...resourceRows];
}

function withShorterTexts(attributes: EventAttributes, excess: number): EventAttributes {
  let left = excess;
  const shorter: { errorMessage?: string; userAgent?: string } = {};
  for (const name of ['errorMessage', 'userAgent'] as const) {
    const text = attributes[name];
    if (text === undefined || left <= 0) continue;
    const bytes = Buffer.byteLength(text);
    const cut = cutText(text, Math.max(Math.min(bytes, SHORTEST_BYTES[name]), bytes - left));
    left -= bytes - Buffer.byteLength(cut);
    shorter[name] = cut;
  }
  return { ...attributes, ...shorter };
}

/** The attributes that distinguish the rows of the events table. */
export const EVENT_ROW_KEY = ['eventID', 'part'] as const;

/** The partition key of by-day: `111122223333#2026-11-21`. */
export function accountDay(account: string, eventTime: string): string {
  return `${accountName(account)}#${eventTime.slice(0, 10)}`;
}

/** An account in the form that keys need: a record may hold any text there, of any length. */
export function accountName(account: string): string {
  return cutText(account, FIELD_BYTES.name);
}

function eventAttributes(event: CloudTrailEvent): EventAttributes {
  const { actor, credential } = event;
  return {
    actor: cutText(actor.id, MAX_KEY_BYTES),
    actorKind: actor.kind,
    ...(actor.name !== undefined &&
      !actor.id.endsWith(`/${actor.name}`) && { actorName: cutText(actor.name, FIELD_BYTES.name) }),
    ...(actor.session !== undefined && { session: cutText(actor.session, FIELD_BYTES.name) }),
    ...(actor.via !== undefined && { via: cutText(actor.via, FIELD_BYTES.name) }),
    action: cutText(event.action, MAX_KEY_BYTES),
    eventSource: cutText(event.eventSource, FIELD_BYTES.name),
    eventName: cutText(event.eventName, FIELD_BYTES.name),
    account: accountName(event.account),
    awsRegion: cutText(event.region, FIELD_BYTES.name),
    access: event.access,
    outcome: event.outcome,
    category: event.category,
    credential: credential.lifetime,
    ...(credential.accessKeyId !== undefined && { accessKeyId: cutText(credential.accessKeyId, FIELD_BYTES.name) }),
    ...(event.console && { console: true }),
    ...(event.mfa !== undefined && { mfa: event.mfa }),
    ...(event.errorCode !== undefined && { errorCode: cutText(event.errorCode, FIELD_BYTES.errorCode) }),
    ...(event.errorMessage !== undefined && { errorMessage: cutText(event.errorMessage, FIELD_BYTES.errorMessage) }),
    ...(event.address !== undefined
      ? { address: event.address }
      : event.sourceIPAddress !== undefined && { sourceIPAddress: cutText(event.sourceIPAddress, FIELD_BYTES.name) }),
    ...(event.userAgent !== undefined && { userAgent: cutText(event.userAgent, FIELD_BYTES.userAgent) }),
    ...(event.resources.length > 1 && { resourceCount: event.resources.length }),
    ...(event.resourcesCut && { resourcesCut: true }),
    receipt: event.receipt,
  };
}
