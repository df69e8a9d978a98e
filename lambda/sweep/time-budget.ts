/** A third of the function's minute. */
const BUDGET_MILLISECONDS = 20_000;

/**
 * What one kind of work may take of a run, so that the others get their turn: a topic that is out of reach fails slowly,
 * once for each alert that waits for it.
 * @returns whether it is used up.
 */
export function timeBudget(): () => boolean {
  const end = performance.now() + BUDGET_MILLISECONDS;
  return () => performance.now() >= end;
}
