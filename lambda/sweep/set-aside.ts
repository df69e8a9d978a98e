import type { AlertTable } from '../store/alerts/alert-table.ts';
import type { DigestChains } from '../store/ledger/digest-chains.ts';

/** Tables with rows that may be set aside, because the version that met them couldn't read them. */
export type SetAsideTables = readonly Pick<AlertTable | DigestChains, 'takeBack' | 'countSetAside'>[];

/**
 * Takes back what this version can read. Once in a function's life: a new version begins with a new function.
 * @returns the work of a run; it tries again after it failed.
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
