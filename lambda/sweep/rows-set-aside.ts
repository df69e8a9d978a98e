import type { AlertTable } from '../store/alerts/alert-table.ts';
import type { DigestChains } from '../store/ledger/digest-chains.ts';

/** Tables with rows that may be set aside, because the version that found them couldn't read them. */
export type SetAsideTables = readonly Pick<AlertTable | DigestChains, 'takeBack' | 'countSetAside'>[];

/**
 * Takes back the rows that this version can read. It does this once in the life of a function instance, because a new
 * version starts new instances.
 * @returns the work of a run. After a failure it tries again.
 */
export function takingBack(tables: SetAsideTables): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    for (const table of tables) await table.takeBack();
    isDone = true;
  };
}

/** How many rows are set aside. */
export async function countSetAside(tables: SetAsideTables): Promise<number> {
  const counts = await Promise.all(tables.map((table) => table.countSetAside()));
  return counts.reduce((sum, count) => sum + count, 0);
}
