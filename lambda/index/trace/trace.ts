import type { EventQueries } from '../event-query.ts';
import type { IndexedEvent } from '../indexed-event.ts';
import { literalPattern } from '../text-pattern.ts';
import { expand, type TracedCredential } from './expand.ts';
import { isAccessKeyId, isIssuing, isLogin, SESSION_MILLISECONDS } from './issuing.ts';
import { type Origin, originOf } from './origin.ts';
import { TraceReader } from './trace-reader.ts';

export interface TraceQuery {
  /** An access key id, the ARN of a role session or federated user, or an eventID. */
  readonly subject: string;
  /** Bound what is followed forward; the way back has none. */
  readonly since?: Date;
  readonly until?: Date;
  /** Events kept of each credential; all are counted. */
  readonly maxEvents: number;
  /** Read units for all of it: then ReadLimitReached. */
  readonly maxReadUnits?: number;
}

/** The story of one credential: where it came from, and what was done with it and with what it issued. */
export interface Trace {
  readonly origin: Origin;
  readonly credential: TracedCredential;
}

/** Credentials that one trace follows. */
const MAX_CREDENTIALS = 100;

/**
 * Follows access keys to where they came from and to what they led to, over the index alone: the keys that a call
 * issues are resources of its event.
 * @returns a trace for each credential that the subject means; none where the index knows nothing of it.
 * @throws ReadLimitReached.
 */
export async function trace(queries: EventQueries, query: TraceQuery): Promise<readonly Trace[]> {
  const { subject, since, until, maxEvents, maxReadUnits } = query;
  const reader = new TraceReader(queries, maxReadUnits);
  const keys = await credentialsOf(reader, subject);
  const traces: Trace[] = [];
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) continue;
    const origin = await originOf(reader, key);
    const credential = await expand(reader, key, { since, until, maxEvents, maxCredentials: MAX_CREDENTIALS, seen });
    if (credential.events.length > 0 || origin.steps.length > 0) traces.push({ origin, credential });
  }
  return traces;
}

const SESSION_ARN = /^arn:[\w-]+:sts::\d*:(assumed-role|federated-user)\/.+/;

async function credentialsOf(reader: TraceReader, subject: string): Promise<readonly string[]> {
  if (isAccessKeyId(subject)) return [subject];
  if (SESSION_ARN.test(subject)) return credentialsOfSession(reader, subject);
  const events = await reader.event(subject);
  const keys = [];
  for (const event of events) keys.push(...(await credentialsOfEvent(reader, event)));
  return keys;
}

async function credentialsOfSession(reader: TraceReader, arn: string): Promise<readonly string[]> {
  const issuing = (await reader.all({ conditions: { resource: [literalPattern(arn)] }, order: 'oldest-first' })).filter(
    isIssuing,
  );
  const keys = [];
  for (const event of issuing) keys.push(...(await reader.issuedKeys(event)));
  if (keys.length > 0) return [...new Set(keys)];
  // The call that issued it is nowhere in the log: what the session did names its keys.
  const [, account, role, session] = /^arn:[\w-]+:sts::(\d*):assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  const conditions =
    role === undefined || session === undefined
      ? { actor: [arn] }
      : { actor: [`arn:*:iam::${account}:role/*${role}`], session: [literalPattern(session)] };
  const events = await reader.all({ conditions, order: 'oldest-first' });
  return [...new Set(events.flatMap(({ accessKeyId }) => accessKeyId ?? []))];
}

/** Of a call that issues credentials those, of a login the keys of its session, of anything else its own. */
async function credentialsOfEvent(reader: TraceReader, event: IndexedEvent): Promise<readonly string[]> {
  if (isIssuing(event)) {
    const issued = await reader.issuedKeys(event);
    if (issued.length > 0) return issued;
  }
  if (isLogin(event)) return credentialsOfLogin(reader, event);
  return event.accessKeyId === undefined ? [] : [event.accessKeyId];
}

async function credentialsOfLogin(reader: TraceReader, login: IndexedEvent): Promise<readonly string[]> {
  const since = new Date(login.eventTime);
  const until = new Date(since.getTime() + SESSION_MILLISECONDS);
  const conditions = {
    actor: [literalPattern(login.actor)],
    ...(login.session !== undefined && { session: [literalPattern(login.session)] }),
    accessKeyId: ['ASIA*'],
  };
  const events = await reader.all({ conditions, since, until, order: 'oldest-first' });
  const keys = [];
  for (const key of new Set(events.flatMap(({ accessKeyId }) => accessKeyId ?? []))) {
    const { steps } = await originOf(reader, key);
    if (steps.some(({ event }) => event.eventID === login.eventID)) keys.push(key);
  }
  return keys;
}
