import type { CloudTrailEvent, Receipt } from '../../cloudtrail/cloudtrail-event.ts';
import { type Known, knownOf } from '../../cloudtrail/directory.ts';
import { cutText } from '../../shared/cut-text.ts';

/** What the audit index keeps of an event. Texts are cut as FIELD_BYTES has it, and end with a mark then. */
export interface EventSummary extends Known {
  readonly eventID: string;
  /** Tells events apart that share an eventID: 8 hex digits over time, source, name and recipient. */
  readonly identity: string;
  /** ISO 8601 in UTC, to the second. */
  readonly eventTime: string;
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
  /** `long-term`, `temporary` or `none`. */
  readonly credential: string;
  readonly accessKeyId?: string;
  readonly console?: true;
  readonly mfa?: boolean;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  /** An IP address in canonical form. */
  readonly address?: string;
  /** Only where the record names no IP address: a service's name, `AWS Internal`. */
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  /** Every resource that the event names, at most 50; the first is the one that it is about. */
  readonly resources: readonly string[];
  /** The record names more resources than are kept. */
  readonly resourcesCut?: true;
  readonly receipt: Receipt;
}

/** Bytes of UTF-8 that a text gets at most. */
export const TEXT_BYTES = { key: 2000, name: 128, errorCode: 128, errorMessage: 192, userAgent: 128 } as const;

/** The summary of an event, whatever its record holds: of bounded size. */
export function summaryOf(event: CloudTrailEvent): EventSummary {
  const { actor, credential, resources } = event;
  const { network, country, asn, asnName, accountName, accountOu, userName } = knownOf(event);
  const name = (text: string): string => cutText(text, TEXT_BYTES.name);
  // One shape for all, absent members too: engines are fast with objects that are alike.
  return {
    eventID: cutText(event.eventID, TEXT_BYTES.name),
    identity: event.identity,
    eventTime: event.eventTime,
    actor: cutText(actor.id, TEXT_BYTES.key),
    actorKind: actor.kind,
    actorName: actor.name === undefined || actor.id.endsWith(`/${actor.name}`) ? undefined : name(actor.name),
    session: optional(actor.session, TEXT_BYTES.name),
    via: optional(actor.via, TEXT_BYTES.name),
    action: cutText(event.action, TEXT_BYTES.key),
    eventSource: name(event.eventSource),
    eventName: name(event.eventName),
    account: name(event.account),
    awsRegion: name(event.region),
    access: event.access,
    outcome: event.outcome,
    category: event.category,
    credential: credential.lifetime,
    accessKeyId: optional(credential.accessKeyId, TEXT_BYTES.name),
    console: event.console ? true : undefined,
    mfa: event.mfa,
    errorCode: optional(event.errorCode, TEXT_BYTES.errorCode),
    errorMessage: optional(event.errorMessage, TEXT_BYTES.errorMessage),
    address: event.address,
    sourceIPAddress: event.address === undefined ? optional(event.sourceIPAddress, TEXT_BYTES.name) : undefined,
    userAgent: optional(event.userAgent, TEXT_BYTES.userAgent),
    network,
    country,
    asn,
    asnName: optional(asnName, TEXT_BYTES.name),
    accountName: optional(accountName, TEXT_BYTES.name),
    accountOu: optional(accountOu, TEXT_BYTES.name),
    userName: optional(userName, TEXT_BYTES.name),
    resources: resources.map((resource) => cutText(resource, TEXT_BYTES.key)),
    resourcesCut: event.resourcesCut ? true : undefined,
    receipt: event.receipt,
  };
}

function optional(text: string | undefined, bytes: number): string | undefined {
  return text === undefined ? undefined : cutText(text, bytes);
}

/** The order of events: eventTime, eventID, identity. 0 for the same event, wherever it was read. */
export function compareSummaries(a: EventSummary, b: EventSummary): number {
  return compare(a.eventTime, b.eventTime) || compare(a.eventID, b.eventID) || compare(a.identity, b.identity);
}

/** One text an event: two summaries of the same one have the same. */
export function summaryKey({ eventTime, eventID, identity }: EventKey): string {
  return `${eventTime}\n${eventID}\n${identity}`;
}

export type EventKey = Pick<EventSummary, 'eventTime' | 'eventID' | 'identity'>;

/** The UTC day of an event, `YYYY-MM-DD`. */
export function dayOf({ eventTime }: Pick<EventSummary, 'eventTime'>): string {
  return eventTime.slice(0, 10);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
