import { parseArn } from '../../../cloudtrail/record/arn.ts';
import { literalPattern } from '../../dynamo/queries/text-pattern.ts';
import type { EventConditions } from '../conditions.ts';
import type { IndexedEvent } from '../indexed-event.ts';
import { isIssuing, isLogin, LOGIN_ACTIONS, SESSION_MILLISECONDS } from './issuing.ts';
import type { TraceReader } from './trace-reader.ts';

/** One step on the way from the first identity to a credential. */
export interface OriginStep {
  /** The call that issued the key, or the login that began its session. */
  readonly event: IndexedEvent;
  /** The key that came of it. */
  readonly accessKeyId: string;
  /**
   * How it was found: `key`, the event names the key; `session`, it is the last that began a session of that name
   * before the key was used; `login`, it is the last login of that actor before.
   */
  readonly by: 'key' | 'session' | 'login';
}

/** Where a credential came from. */
export interface Origin {
  /** From the first identity on; empty for a long-term key, and where the log doesn't go back that far. */
  readonly steps: readonly OriginStep[];
  /** Who made a long-term key at the beginning, where the log knows. */
  readonly created?: IndexedEvent;
}

/** Role chaining has no bound in AWS; a way that is longer goes in a circle. */
const MAX_STEPS = 32;

/** Follows a credential back through the calls that issued it, to the first identity. */
export async function originOf(reader: TraceReader, accessKeyId: string): Promise<Origin> {
  const steps: OriginStep[] = [];
  const seen = new Set<string>();
  let key: string | undefined = accessKeyId;
  while (key !== undefined && !seen.has(key) && steps.length < MAX_STEPS) {
    seen.add(key);
    const step = await stepTo(reader, key);
    if (step === undefined) break;
    // A person's key isn't the session of whoever made it: the way ends at the person.
    if (step.event.action === 'iam:CreateAccessKey') return { steps, created: step.event };
    // Found by the key that it names, it is told by the role that it names first.
    steps.unshift({ ...step, event: await reader.whole(step.event) });
    key = step.event.accessKeyId;
  }
  return { steps };
}

async function stepTo(reader: TraceReader, accessKeyId: string): Promise<OriginStep | undefined> {
  const naming = await reader.all({ conditions: { resource: [accessKeyId] }, order: 'oldest-first', limit: 100 });
  const issuing = await best(naming.filter((event) => isIssuing(event) && event.accessKeyId !== accessKeyId));
  if (issuing !== undefined) return { event: issuing, accessKeyId, by: 'key' };
  if (!accessKeyId.startsWith('ASIA')) return undefined;

  const [first] = await reader.all({ conditions: { accessKeyId: [accessKeyId] }, order: 'oldest-first', limit: 1 });
  if (first === undefined) return undefined;
  const session = await best(before(reader, first, { resource: [sessionArn(first)] }, isIssuing));
  if (session !== undefined) return { event: session, accessKeyId, by: 'session' };
  const sameSession = first.session === undefined ? {} : { session: [literalPattern(first.session)] };
  const actor = { actor: [literalPattern(first.actor)], action: LOGIN_ACTIONS, ...sameSession };
  for await (const login of before(reader, first, actor, isLogin)) return { event: login, accessKeyId, by: 'login' };
  return undefined;
}

/** What came before an event within the longest session, the last first; read only as far as it is taken. */
async function* before(
  reader: TraceReader,
  first: IndexedEvent,
  conditions: EventConditions,
  isWanted: (event: IndexedEvent) => boolean,
): AsyncGenerator<IndexedEvent> {
  const time = Date.parse(first.eventTime);
  const events = reader.each({
    conditions,
    since: new Date(time - SESSION_MILLISECONDS),
    // A call and the first use of what it issued may carry the same second.
    until: new Date(time + 1000),
    order: 'newest-first',
  });
  for await (const event of events) if (isWanted(event) && event.eventID !== first.eventID) yield event;
}

/**
 * A call into another account is in both accounts' logs: the caller's own record names the key that it used, by which
 * the way goes on.
 */
async function best(events: Iterable<IndexedEvent> | AsyncIterable<IndexedEvent>): Promise<IndexedEvent | undefined> {
  let first: IndexedEvent | undefined;
  for await (const event of events) {
    if (event.accessKeyId !== undefined) return event;
    first ??= event;
  }
  return first;
}

/** As STS names the session of a role; a federated user is its own. */
function sessionArn({ actor, session }: IndexedEvent): string {
  const arn = parseArn(actor);
  const role = arn?.service === 'iam' ? /^role\/(?:.*\/)?([^/]+)$/.exec(arn.resource)?.[1] : undefined;
  if (arn === undefined || role === undefined || session === undefined) return literalPattern(actor);
  return literalPattern(`arn:${arn.partition}:sts::${arn.account}:assumed-role/${role}/${session}`);
}
