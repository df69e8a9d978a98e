import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import type { Answering } from '../../context/page-context.ts';

/** A page says "99+" at most. */
const MOST = 100;

/** How many findings came since a list was read: a list doesn't change under the pointer. */
export const newerFindingsAnswer: Answering<ReadAsked<'newer-findings'>, { readonly count: number }> = async (
  { after, seen },
  { findings },
  meter,
) => {
  const known = new Set(seen);
  let count = 0;
  for await (const { findingId } of findings.search({ since: new Date(after), limit: MOST + seen.length }, meter)) {
    if (!known.has(findingId)) count++;
  }
  return { count };
};
