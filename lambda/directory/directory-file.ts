import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Directory, type Place, UNKNOWN_PLACE } from '../cloudtrail/directory.ts';
import { remembered } from '../shared/remembered.ts';
import { Networks } from './networks.ts';
import { PlaceDatabase } from './place-database.ts';

const DIRECTORY_VERSION = 1;

/** What a directory is made of: JSON that was checked when it was written. */
const contentSchema = z.object({
  version: z.literal(DIRECTORY_VERSION),
  /** Ranges by the name of their network. */
  networks: z.record(z.string(), z.array(z.string())),
  /** Absolute paths of MMDB files; of each member the first that tells it counts. */
  databases: z.array(z.string()),
});

export type DirectoryContent = z.infer<typeof contentSchema>;

/** A content that knows nothing yet. */
export const EMPTY_CONTENT: DirectoryContent = { version: DIRECTORY_VERSION, networks: {}, databases: [] };

/** Told once of each part that can't be read: `file`, and why. */
export type OnDirectoryFault = (file: string, error: unknown) => void;

/**
 * The directory that was written when the app was synthesized; undefined for an empty path. The file and its databases are
 * read when the first address is asked for, so that a start costs nothing.
 */
export function readDirectory(file: string, onFault: OnDirectoryFault): Directory | undefined {
  if (file === '') return undefined;
  return createDirectory(() => contentSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), onFault, file);
}

/**
 * A directory of a content. A database that can't be read, or an address over which one breaks, is told to `onFault` and
 * left out: the events are worth more than their places.
 * @param content is asked for once, at the first need.
 * @param name what a fault of the content itself is told under.
 */
export function createDirectory(
  content: () => DirectoryContent,
  onFault: OnDirectoryFault,
  name = 'directory',
): Directory {
  let places: ((address: string) => Place) | undefined;
  return {
    placeOf: (address) => {
      places ??= remembered(placesOf(content, onFault, name));
      return places(address);
    },
  };
}

function placesOf(
  content: () => DirectoryContent,
  onFault: OnDirectoryFault,
  name: string,
): (address: string) => Place {
  const read = attempt(name, onFault, content);
  const networks = read && attempt(name, onFault, () => new Networks(read.networks));
  const databases = (read?.databases ?? []).flatMap((file) => {
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

function attempt<Result>(file: string, onFault: OnDirectoryFault, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    onFault(file, error);
    return undefined;
  }
}
