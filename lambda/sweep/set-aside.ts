import type { AlertTable } from '../index/alert-table.ts';
import type { DigestChains } from '../index/digest-chains.ts';

export interface SetAsideDependencies {
  readonly alerts: AlertTable;
  readonly chains: DigestChains;
}

/**
 * Looks after the rows that were set aside because the version that met them couldn't read them. The first call takes
 * back what this version can read, as a new version begins with a new function; later calls only count.
 * @returns counts the rows that are set aside.
 */
export function rowsSetAside({ alerts, chains }: SetAsideDependencies): () => Promise<number> {
  let tookBack = false;
  return async () => {
    const tables = [alerts, chains];
    const counts = await Promise.all(tables.map((table) => (tookBack ? table.countSetAside() : table.takeBack())));
    tookBack = true;
    return counts.reduce((sum, count) => sum + count, 0);
  };
}
