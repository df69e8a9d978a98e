/**
 * What one chore may take of a run, so that the others get their turn: whoever is out of reach fails slowly, once for
 * each row that waits for it.
 * @returns whether it is used up. What was begun by then is ended.
 */
export function timeBudget(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}
