import type { EventDetail } from '../indexed-event.ts';
import type { TraceReader } from '../trace/trace-reader.ts';
import { BoundedTally, NameBudget, Names } from './bounded-tally.ts';
import { isChange } from './effects.ts';
import { type GatheredEvents, type Issuing, pointOf } from './gather-events.ts';
import type { IssuedCredentialUse } from './incident.ts';

/** Credentials that are followed altogether. */
export const MOST_FOLLOWED = 50;

/** Actions of a credential that are told apart, and those that are listed. */
const MOST_ACTIONS = 500;
const LISTED = 5;

export interface FollowOptions {
  readonly reader: TraceReader;
  /** The events so far; those of the credentials are added, unless they are there. */
  readonly gathered: GatheredEvents;
  /** Whether an event was gathered already. */
  readonly isGathered: (event: EventDetail) => boolean;
  readonly since?: Date;
  readonly until?: Date;
  /** Called with what is done before the next one is asked for: what was read stays, where the reads come to an end. */
  readonly onUse: (use: IssuedCredentialUse) => void;
}

/**
 * Follows the credentials that were issued, and those that these issued, and gathers what was done with them. Those that
 * a person or a role asked for come before those that an AWS service asked for.
 * @returns how many are left.
 * @throws ReadLimitReached
 */
export async function followIssued(options: FollowOptions): Promise<number> {
  const { gathered, onUse } = options;
  const seen = new Set<string>();
  const waiting: { readonly issuing: Issuing; readonly accessKeyId: string }[] = [];
  let taken = 0;
  const collect = (): void => {
    for (const issuing of gathered.issuing.slice(taken)) {
      for (const accessKeyId of issuing.keys) {
        if (seen.has(accessKeyId)) continue;
        seen.add(accessKeyId);
        waiting.push({ issuing, accessKeyId });
      }
    }
    taken = gathered.issuing.length;
    waiting.sort((a, b) => Number(isOfService(a.issuing)) - Number(isOfService(b.issuing)));
  };
  collect();
  for (let followed = 0; followed < MOST_FOLLOWED; followed++) {
    const next = waiting.shift();
    if (next === undefined) return 0;
    onUse(await follow(next.accessKeyId, next.issuing.event, options));
    collect();
  }
  return waiting.length;
}

function isOfService({ event: { actorKind } }: Issuing): boolean {
  return actorKind === 'service';
}

async function follow(
  accessKeyId: string,
  issuedBy: EventDetail,
  { reader, gathered, isGathered, since, until }: FollowOptions,
): Promise<IssuedCredentialUse> {
  const budget = new NameBudget();
  const addresses = new Names(budget);
  const actions = new BoundedTally<{ readonly action: string; events: number }>(MOST_ACTIONS);
  const counts = { events: 0, failures: 0, changes: 0 };
  let first: EventDetail | undefined;
  let last: EventDetail | undefined;
  const query = { conditions: { accessKeyId: [accessKeyId] }, since, until, order: 'oldest-first' } as const;
  for await (const event of reader.details(query)) {
    if (!isGathered(event)) gathered.add(event);
    counts.events++;
    if (event.outcome !== 'success') counts.failures++;
    if (isChange(event)) counts.changes++;
    first ??= event;
    last = event;
    addresses.add(event.address ?? event.sourceIPAddress);
    const entry = actions.entry(event.action, () => ({ action: event.action, events: 0 }));
    if (entry !== undefined) entry.events++;
  }
  return {
    accessKeyId,
    by: pointOf(issuedBy),
    ...(issuedBy.accessKeyId !== undefined && { byKey: issuedBy.accessKeyId }),
    ...counts,
    ...(first !== undefined && { first: first.eventTime, actor: first.actor }),
    ...(last !== undefined && { last: last.eventTime }),
    ...(first?.session !== undefined && { session: first.session }),
    addresses: addresses.listed(LISTED),
    actions: actions.listed(
      LISTED,
      (a, b) => b.events - a.events,
      ({ action, events }) => ({ action, events }),
    ),
  };
}
