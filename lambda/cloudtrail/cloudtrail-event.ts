import { hash } from 'node:crypto';
import { type JsonObject, textAt } from '../shared/json.ts';
import { type Access, classifyAccess, mostTelling } from './classify/access.ts';
import { classifyAction } from './classify/action.ts';
import { type Actor, classifyActor } from './classify/actor.ts';
import { type Category, classifyCategory } from './classify/category.ts';
import { type Credential, classifyCredential, isFromConsole, usedMfa } from './classify/credential.ts';
import { findExternalAccounts } from './classify/external-accounts.ts';
import { classifyFailure, classifyOutcome, type Outcome } from './classify/outcome.ts';
import { classifyResources } from './classify/resources.ts';
import type { Directory } from './directory.ts';
import { eventIdentity } from './event-identity.ts';
import { isAggregated, summarizedNames } from './record/aggregated-record.ts';
import { canonicalAddress } from './record/canonical-address.ts';
import { readRecord, readRecordLoosely } from './record/read-first-plainly.ts';
import type { ReadRecord } from './record/read-record.ts';

/** Where an event came from. */
export interface Receipt {
  readonly bucket: string;
  readonly key: string;
  /** The version id, or the ETag if the bucket isn't versioned. */
  readonly version: string;
  /** The record's place in `Records`, from 0. */
  readonly index: number;
}

/** A record that was read: validated, classified, with its receipt. */
export interface CloudTrailEvent {
  readonly eventID: string;
  /** Distinguishes events that share an eventID: 8 hex digits of a hash of time, source, name and recipient. */
  readonly identity: string;
  /** ISO 8601 in UTC, to the second. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  /** The IAM form: `fsx:TagResource`. */
  readonly action: string;
  readonly region: string;
  /** The account whose log this is. */
  readonly account: string;
  readonly actor: Actor;
  readonly credential: Credential;
  readonly console: boolean;
  /** Undefined if the record doesn't say. */
  readonly mfa?: boolean;
  readonly access: Access;
  readonly outcome: Outcome;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly category: Category;
  readonly resources: readonly string[];
  /** The record names more resources than are kept. */
  readonly resourcesCut: boolean;
  /** Accounts named in the request, except the caller's and the recipient's. */
  readonly externalAccounts: readonly string[];
  /** The address of the caller, if it is an IP address. */
  readonly address?: string;
  /** As the record has it: an address, a service's name, `AWS Internal`. */
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  /** What is known beside the record: asked where it is needed (placeOf). */
  readonly directory?: Directory;
  readonly receipt: Receipt;
  /** The record as CloudTrail wrote it. */
  readonly record: JsonObject;
}

export type EventResult =
  | { readonly ok: true; readonly event: CloudTrailEvent }
  | { readonly ok: false; readonly reason: string };

/** A record that was validated. Classifying it takes far longer, so that is done where the event is asked for. */
export interface CheckedRecord {
  readonly record: JsonObject;
  /** ISO 8601 in UTC, to the second; empty if an incomplete record has none. */
  readonly eventTime: string;
  /** Classifies the record: anew in each call. */
  readonly classify: () => CloudTrailEvent;
  /** The same classification, of which only what is asked for is made. */
  readonly parts: () => EventParts;
}

/** What rules may read of a classification. */
export type EventParts = Pick<
  CloudTrailEvent,
  | 'access'
  | 'account'
  | 'action'
  | 'actor'
  | 'address'
  | 'category'
  | 'console'
  | 'credential'
  | 'directory'
  | 'externalAccounts'
  | 'mfa'
  | 'outcome'
  | 'record'
  | 'resources'
>;

export type CheckResult =
  | { readonly ok: true; readonly checked: CheckedRecord }
  | { readonly ok: false; readonly reason: string };

/** Reads and classifies one member of `Records`. Never throws: if it can't be read, the reason is returned. */
export function readEvent(value: unknown, receipt: Receipt, directory?: Directory): EventResult {
  const result = checkRecord(value, receipt, directory);
  return result.ok ? { ok: true, event: result.checked.classify() } : result;
}

/** Reads one member of `Records`, as `readEvent` does, and leaves the classification to those who need it. */
export function checkRecord(value: unknown, receipt: Receipt, directory?: Directory): CheckResult {
  const result = readRecord(value);
  if (!result.ok) return result;
  const { record, read } = result;

  // Insights events name their API in insightDetails.
  const eventSource = read.eventSource ?? textAt(read.insightDetails, 'eventSource');
  const eventName = read.eventName ?? textAt(read.insightDetails, 'eventName');
  if (eventSource === undefined) return { ok: false, reason: 'eventSource is missing, or empty' };
  if (eventName === undefined) return { ok: false, reason: 'eventName is missing, or empty' };
  const account = read.recipientAccountId ?? read.userIdentity?.accountId;
  if (account === undefined) return { ok: false, reason: 'recipientAccountId and userIdentity.accountId are missing' };

  const reading = { record, read, receipt, eventSource, eventName, account, directory };
  return {
    ok: true,
    checked: {
      record,
      eventTime: read.eventTime,
      classify: () => classify(reading),
      parts: () => new PartsOfReading(reading),
    },
  };
}

/**
 * The event of an incomplete record, for callers that judge every record. Missing members are `unknown`; `eventID` and
 * `eventTime` are empty. It must not be indexed. Never throws.
 */
export function readPartialEvent(record: JsonObject, receipt: Receipt, directory?: Directory): CloudTrailEvent {
  const read = readRecordLoosely(record);
  const eventSource = read.eventSource ?? textAt(read.insightDetails, 'eventSource') ?? 'unknown';
  const eventName = read.eventName ?? textAt(read.insightDetails, 'eventName') ?? 'unknown';
  const account = read.recipientAccountId ?? read.userIdentity?.accountId ?? 'unknown';
  const event = classify({ record, read, receipt, eventSource, eventName, account, directory });
  if (event.eventID !== '' && event.eventTime !== '') return event;
  // Only the content distinguishes such events, and shows that one came again.
  return { ...event, identity: hash('sha256', JSON.stringify(record), 'hex').slice(0, 32) };
}

interface Reading {
  readonly record: JsonObject;
  readonly read: ReadRecord;
  readonly receipt: Receipt;
  readonly eventSource: string;
  readonly eventName: string;
  readonly account: string;
  readonly directory: Directory | undefined;
}

/** Parts of which rules read several fields are kept; the others are made each time. */
class PartsOfReading implements EventParts {
  readonly #reading: Reading;
  #actor: Actor | undefined;
  #address: { readonly text: string | undefined } | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  get record(): JsonObject {
    return this.#reading.record;
  }

  get account(): string {
    return this.#reading.account;
  }

  get directory(): Directory | undefined {
    return this.#reading.directory;
  }

  get action(): string {
    return classifyAction(this.#reading.eventSource, this.#reading.eventName);
  }

  get actor(): Actor {
    this.#actor ??= classifyActor(this.#reading.read);
    return this.#actor;
  }

  get address(): string | undefined {
    this.#address ??= { text: ipAddress(this.#reading.read) };
    return this.#address.text;
  }

  get category(): Category {
    return classifyCategory(this.#reading.read);
  }

  get console(): boolean {
    return isFromConsole(this.#reading.read);
  }

  get credential(): Credential {
    return classifyCredential(this.#reading.read);
  }

  get mfa(): boolean | undefined {
    return usedMfa(this.#reading.read, this.record);
  }

  get access(): Access {
    return accessOf(this.#reading, this.action);
  }

  get outcome(): Outcome {
    return classifyOutcome(classifyFailure(this.#reading.read), this.record);
  }

  get resources(): readonly string[] {
    return classifyResources(this.#reading.read, this.record).resources;
  }

  get externalAccounts(): readonly string[] {
    return findExternalAccounts(this.record, ownAccounts(this.#reading.read, this.account));
  }
}

function classify(reading: Reading): CloudTrailEvent {
  const { record, read, receipt, eventSource, eventName, account, directory } = reading;
  const action = classifyAction(eventSource, eventName);
  const actor = classifyActor(read);
  const { resources, cut } = classifyResources(read, record);
  const mfa = usedMfa(read, record);
  const address = ipAddress(read);
  const failure = classifyFailure(read);
  return {
    eventID: read.eventID,
    identity: eventIdentity({ eventTime: read.eventTime, eventSource, eventName, account }),
    eventTime: read.eventTime,
    eventSource,
    eventName,
    action,
    region: read.awsRegion ?? 'unknown',
    account,
    actor,
    credential: classifyCredential(read),
    console: isFromConsole(read),
    ...(mfa !== undefined && { mfa }),
    access: accessOf(reading, action),
    outcome: classifyOutcome(failure, record),
    ...failure,
    category: classifyCategory(read),
    resources,
    resourcesCut: cut,
    externalAccounts: findExternalAccounts(record, ownAccounts(read, account)),
    ...(address !== undefined && { address }),
    ...(read.sourceIPAddress !== undefined && { sourceIPAddress: read.sourceIPAddress }),
    ...(read.userAgent !== undefined && { userAgent: read.userAgent }),
    ...(directory !== undefined && { directory }),
    receipt,
    record,
  };
}

function accessOf({ eventSource, record, read }: Reading, action: string): Access {
  return isAggregated(record) ? accessOfSummary(eventSource, record, read) : classifyAccess(action, read);
}

/** The access of a summary is that of the calls that it names. */
function accessOfSummary(eventSource: string, record: JsonObject, read: ReadRecord): Access {
  const names = summarizedNames(record, 'eventName');
  return mostTelling(names.map((name) => classifyAccess(classifyAction(eventSource, name), read))) ?? 'write';
}

/** Amazon EFS writes the client's address of a connection into serviceEventDetails. */
function ipAddress(read: ReadRecord): string | undefined {
  const candidates = [read.sourceIPAddress, textAt(read.serviceEventDetails, 'sourceIpAddress')];
  for (const candidate of candidates) {
    const address = candidate === undefined ? undefined : canonicalAddress(candidate);
    if (address !== undefined) return address;
  }
  return undefined;
}

function ownAccounts(read: ReadRecord, account: string): ReadonlySet<string> {
  const caller = read.userIdentity?.accountId;
  const issuer = read.userIdentity?.sessionContext?.sessionIssuer?.accountId;
  return new Set([account, caller, issuer].filter((own) => own !== undefined));
}
