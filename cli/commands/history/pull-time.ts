import type { MissingTime } from '../../../local/history/covered-times.ts';
import type { HistoryFilter } from '../../../local/history/history-file.ts';
import { type LookedUpEvent, type LookUp, TokenExpired } from './look-up.ts';

/** A page of a time, and how far reading came with it. */
export interface PulledPage {
  /** Those that weren't there before, the newest first. */
  readonly events: readonly LookedUpEvent[];
  /** The second of the oldest event so far; the end of the time where there is none. */
  readonly reached: string;
  /** The events of that second so far. */
  readonly ids: readonly string[];
  readonly hasMore: boolean;
}

/** Times in a row that a token is gone before its page brought anything. */
const MAX_LOST_TOKENS = 3;

/**
 * Reads a time from its end to its beginning. A token that has expired costs nothing: reading goes on at the oldest event
 * that it has.
 * @throws the errors of `lookUp`.
 */
export async function* pullTime(
  lookUp: LookUp,
  { since, until, ids: there }: MissingTime,
  filter: HistoryFilter | undefined,
): AsyncGenerator<PulledPage> {
  let end = until;
  let known: ReadonlySet<string> = new Set(there);
  let reached = until;
  let ids = [...there];
  let token: string | undefined;
  let lost = 0;
  for (;;) {
    let page: Awaited<ReturnType<LookUp>>;
    try {
      page = await lookUp({ since, until: end, ...(filter && { filter }), ...(token !== undefined && { token }) });
    } catch (error) {
      if (!(error instanceof TokenExpired) || token === undefined || ++lost > MAX_LOST_TOKENS) throw error;
      token = undefined;
      end = reached;
      known = new Set(ids);
      continue;
    }
    const events = page.events.filter(({ eventID }) => !known.has(eventID));
    if (events.length > 0) lost = 0;
    for (const { eventID, time } of events) {
      if (time < reached) {
        reached = time;
        ids = [];
      }
      if (time === reached) ids.push(eventID);
    }
    yield { events, reached, ids: [...ids], hasMore: page.token !== undefined };
    token = page.token;
    if (token === undefined) return;
  }
}
