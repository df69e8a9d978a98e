import { existsSync, readFileSync, statSync } from 'node:fs';
import { awsRanges } from '../../lambda/directory/aws-ranges.ts';
import { type DirectoryContent, EMPTY_CONTENT } from '../../lambda/directory/directory-file.ts';
import { PlaceDatabase } from '../../lambda/directory/place-database.ts';
import { readConfig } from './config-file.ts';
import type { NetworkSettings } from './network-settings.ts';

/** A file that the settings name can't be used: the setting, the file, what is wrong and what to do. */
export class DirectoryError extends Error {
  override name = 'DirectoryError';
}

/**
 * What the settings say of addresses, with what their files hold. The databases stay where they are.
 * @throws DirectoryError for a file that isn't there, or isn't what its setting names.
 */
export function directoryContent({ networks }: { readonly networks: NetworkSettings }): DirectoryContent {
  const { ranges, awsRanges: rangesFile, databases } = networks;
  const ofAws =
    rangesFile === undefined
      ? {}
      : use('networks.awsRanges', rangesFile, () => awsRanges(readFileSync(rangesFile, 'utf8')));
  // What a range that both have is called says the one who knows the own network.
  return { ...EMPTY_CONTENT, networks: { ...ranges, ...ofAws }, databases };
}

/**
 * The same of a settings file, for programs that deploy nothing.
 * @throws ConfigError, DirectoryError
 */
export function readDirectoryContent(projectRoot: string, file: string): DirectoryContent {
  const config = readConfig(projectRoot, file);
  checkDatabases(config.networks);
  return directoryContent(config);
}

/** A database of addresses that was opened once. */
export interface CheckedDatabase {
  readonly file: string;
  readonly bytes: number;
  /** What its publisher calls it. */
  readonly type: string;
  readonly built: Date;
}

/** @throws DirectoryError for a database that isn't there, or is none. */
export function checkDatabases({ databases }: NetworkSettings): readonly CheckedDatabase[] {
  return databases.map((file, index) =>
    use(`networks.databases.${index}`, file, () => {
      const { bytes, about } = { bytes: statSync(file).size, about: new PlaceDatabase(readFileSync(file)).about };
      return { file, bytes, ...about };
    }),
  );
}

function use<Result>(setting: string, file: string, work: () => Result): Result {
  if (!existsSync(file)) {
    throw new DirectoryError(
      `${setting}: ${file}: no such file; relative paths are taken from the folder of the settings file`,
    );
  }
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DirectoryError(`${setting}: ${file} can't be used: ${reason}`);
  }
}
