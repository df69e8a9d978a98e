import { useEffect, useState } from 'preact/hooks';
import type { FindingsAnswer } from '../../../protocol/answers.ts';
import { ask } from '../../state/ask.ts';

const LOOK_MILLISECONDS = 15_000;

/** Findings may come late: those of the last hour are looked at again. */
const LATENESS = 3_600_000;
const MOST_SEEN = 200;

/** How many findings came since a list was read. @param isLive whether the list goes up to now. */
export function useNewer(answer: FindingsAnswer | undefined, isLive: boolean): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    setCount(0);
    const [newest] = answer?.rows ?? [];
    if (!isLive || newest === undefined || answer === undefined) return;
    const after = new Date(Date.parse(newest.eventTime) - LATENESS).toISOString();
    const recent = answer.rows.filter(({ eventTime }) => eventTime >= after.slice(0, 19));
    // Where there are too many to name, only those that are later than all of them are told.
    const isMany = recent.length > MOST_SEEN;
    const asked = isMany
      ? { after: new Date(Date.parse(newest.eventTime) + 1000).toISOString(), seen: [] }
      : { after, seen: recent.map(({ findingId }) => findingId) };
    const look = setInterval(() => {
      if (document.hidden) return;
      // What can't be asked now is asked again in a moment.
      ask('newer-findings', asked).then(
        ({ count: now }) => setCount(now),
        () => undefined,
      );
    }, LOOK_MILLISECONDS);
    return () => clearInterval(look);
  }, [answer, isLive]);
  return count;
}
