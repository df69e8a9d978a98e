/**
 * The time that one chore may take of a run, so that the others have their turns. A service that is out of reach fails
 * slowly, once for each row that waits for it.
 * @returns a function that says whether the time is used up. Work that was begun before is finished.
 */
export function timeBudget(seconds: number): () => boolean {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}
