import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Directory, type Place, UNKNOWN_PLACE } from '../cloudtrail/directory.ts';
import { remembered } from '../shared/remembered.ts';
import { attempt, type OnDirectoryFault } from './directory-fault.ts';
import type { LatestNames } from './latest-names.ts';
import { NO_NAMES, namesSchema } from './names.ts';
import { placesOf } from './place-lookup.ts';

const DIRECTORY_VERSION = 1;

/** What a directory is made of: JSON that was checked when it was written. */
const contentSchema = z.object({
  version: z.literal(DIRECTORY_VERSION),
  /** Ranges by the name of their network. */
  networks: z.record(z.string(), z.array(z.string())),
  /** Absolute paths of MMDB files; of each member the first that tells it counts. */
  databases: z.array(z.string()),
  names: namesSchema.default(NO_NAMES),
});

export type DirectoryContent = z.infer<typeof contentSchema>;

/** A content that knows nothing yet. */
export const EMPTY_CONTENT: DirectoryContent = {
  version: DIRECTORY_VERSION,
  networks: {},
  databases: [],
  names: NO_NAMES,
};

/**
 * The directory that was written when the app was synthesized; undefined for an empty path. The file and its databases are
 * read when the first address is asked for, so that a start costs nothing.
 * @param fetched names for what the file doesn't name.
 */
export function readDirectory(
  file: string,
  onFault: OnDirectoryFault,
  fetched?: Pick<LatestNames, 'names'>,
): Directory | undefined {
  if (file === '') return undefined;
  return createDirectory(() => contentSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), onFault, file, fetched);
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
  fetched?: Pick<LatestNames, 'names'>,
): Directory {
  let places: ((address: string) => Place) | undefined;
  const read = once(() => attempt(name, onFault, content) ?? EMPTY_CONTENT);
  return {
    placeOf: (address) => {
      places ??= lookupOf(read(), onFault, name);
      return places(address);
    },
    accountOf: (id) => own(read().names.accounts, id) ?? own(fetched?.names.accounts, id),
    userOf: (id) => own(read().names.users, id) ?? own(fetched?.names.users, id),
  };
}

function lookupOf(content: DirectoryContent, onFault: OnDirectoryFault, name: string): (address: string) => Place {
  const { networks, databases } = content;
  if (databases.length === 0 && Object.keys(networks).length === 0) return () => UNKNOWN_PLACE;
  return remembered(placesOf(content, onFault, name));
}

/** What hostile records make up, such as `__proto__`, is no name. */
function own<Value>(values: Readonly<Record<string, Value>> | undefined, id: string): Value | undefined {
  return values && Object.hasOwn(values, id) ? values[id] : undefined;
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
