import { readFileSync } from 'node:fs';
import { type Place, UNKNOWN_PLACE } from '../cloudtrail/directory.ts';
import { attempt, type OnDirectoryFault } from './directory-fault.ts';
import { Networks } from './networks.ts';
import { PlaceDatabase } from './place-database.ts';

/** What of a directory's content says where addresses are. */
export interface PlaceContent {
  /** Ranges by the name of their network. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** MMDB files; of each member the first that tells it counts. */
  readonly databases: readonly string[];
}

/**
 * Reads the databases, and answers with where an address is. Bundles have it as a file beside them, which is loaded with the
 * first address: a deployment that knows nothing of addresses never does.
 * @param name what a fault of the networks is told under.
 */
export function placesOf(content: PlaceContent, onFault: OnDirectoryFault, name: string): (address: string) => Place {
  const networks = attempt(name, onFault, () => new Networks(content.networks));
  const databases = content.databases.flatMap((file) => {
    const database = attempt(file, onFault, () => new PlaceDatabase(readFileSync(file)));
    return database === undefined ? [] : [{ file, database }];
  });
  const broken = new Set<string>();
  const faultOnce: OnDirectoryFault = (file, error) => {
    if (broken.has(file)) return;
    broken.add(file);
    onFault(file, error);
  };
  if (networks === undefined && databases.length === 0) return () => UNKNOWN_PLACE;
  return (address) => {
    const network = networks?.nameOf(address);
    const told = databases.map(({ file, database }) => attempt(file, faultOnce, () => database.placeOf(address)) ?? {});
    // Of each member that of the first database which tells it.
    return Object.assign({}, ...told.reverse(), network === undefined ? {} : { network });
  };
}
