import { literalPattern } from '../../dynamo/queries/text-pattern.ts';
import type { EventConditions } from '../conditions.ts';
import type { EventQueries } from '../event-queries.ts';
import type { IndexedEvent } from '../indexed-event.ts';
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

export interface TraceAnswer {
  /** One for each credential that the subject means; none where the index knows nothing of it. */
  readonly traces: readonly Trace[];
  /** The subject may mean further credentials, after as many were followed as are. */
  readonly credentialsCut: boolean;
}

/** Credentials that one call follows, those of all traces together. */
export const MAX_CREDENTIALS = 100;

/**
 * Follows access keys to where they came from and to what they led to, over the index alone: the keys that a call
 * issues are resources of its event.
 * @throws ReadLimitReached.
 */
export async function trace(queries: EventQueries, query: TraceQuery): Promise<TraceAnswer> {
  const { subject, since, until, maxEvents, maxReadUnits } = query;
  const reader = new TraceReader(queries, maxReadUnits);
  const traces: Trace[] = [];
  const seen = new Set<string>();
  // Keys are found one by one, each by a question: none is looked for that could not be followed.
  for await (const key of credentialsOf(reader, subject)) {
    if (seen.has(key)) continue;
    if (seen.size >= MAX_CREDENTIALS) return { traces, credentialsCut: true };
    const origin = await originOf(reader, key);
    const credential = await expand(reader, key, { since, until, maxEvents, maxCredentials: MAX_CREDENTIALS, seen });
    if (credential.events.length > 0 || origin.steps.length > 0) traces.push({ origin, credential });
  }
  return { traces, credentialsCut: false };
}

const SESSION_ARN = /^arn:[\w-]+:sts::\d*:(assumed-role|federated-user)\/.+/;

async function* credentialsOf(reader: TraceReader, subject: string): AsyncGenerator<string> {
  if (isAccessKeyId(subject)) yield subject;
  else if (SESSION_ARN.test(subject)) yield* credentialsOfSession(reader, subject);
  else for (const event of await reader.event(subject)) yield* credentialsOfEvent(reader, event);
}

async function* credentialsOfSession(reader: TraceReader, arn: string): AsyncGenerator<string> {
  let found = false;
  for await (const event of reader.each({ conditions: { resource: [literalPattern(arn)] }, order: 'oldest-first' })) {
    if (!isIssuing(event)) continue;
    for (const key of await reader.issuedKeys(event)) {
      found = true;
      yield key;
    }
  }
  // Else the call that issued it is nowhere in the log: what the session did names its keys.
  if (!found) yield* keysOf(reader.each({ conditions: callerConditions(arn), order: 'oldest-first' }));
}

/** What finds the events of a session. Its ARN has the role's name without its path, the role's own ARN has both. */
function callerConditions(arn: string): EventConditions {
  const [, partition, account, role, session] = /^arn:([\w-]+):sts::(\d*):assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  if (role === undefined || session === undefined) return { actor: [literalPattern(arn)] };
  const roles = `arn:${partition}:iam::${account}:role`;
  const name = literalPattern(role);
  return { actor: [`${roles}/${name}`, `${roles}/*/${name}`], session: [literalPattern(session)] };
}

async function* keysOf(events: AsyncIterable<IndexedEvent>): AsyncGenerator<string> {
  const given = new Set<string>();
  for await (const { accessKeyId } of events) {
    if (accessKeyId === undefined || given.has(accessKeyId)) continue;
    given.add(accessKeyId);
    yield accessKeyId;
  }
}

/** Of a call that issues credentials those, of a login the keys of its session, of anything else its own. */
async function* credentialsOfEvent(reader: TraceReader, event: IndexedEvent): AsyncGenerator<string> {
  const issued = isIssuing(event) ? await reader.issuedKeys(event) : [];
  if (issued.length > 0) yield* issued;
  else if (isLogin(event)) yield* credentialsOfLogin(reader, event);
  else if (event.accessKeyId !== undefined) yield event.accessKeyId;
}

async function* credentialsOfLogin(reader: TraceReader, login: IndexedEvent): AsyncGenerator<string> {
  const since = new Date(login.eventTime);
  const until = new Date(since.getTime() + SESSION_MILLISECONDS);
  const conditions = {
    actor: [literalPattern(login.actor)],
    ...(login.session !== undefined && { session: [literalPattern(login.session)] }),
    accessKeyId: ['ASIA*'],
  };
  for await (const key of keysOf(reader.each({ conditions, since, until, order: 'oldest-first' }))) {
    const { steps } = await originOf(reader, key);
    if (steps.some(({ event }) => event.eventID === login.eventID)) yield key;
  }
}
