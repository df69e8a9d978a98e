import { existsSync, readFileSync, statSync } from 'node:fs';
import { awsRanges } from '../../lambda/directory/aws-ranges.ts';
import { type DirectoryContent, EMPTY_CONTENT } from '../../lambda/directory/directory-file.ts';
import { type Names, NO_NAMES } from '../../lambda/directory/names.ts';
import { PlaceDatabase } from '../../lambda/directory/place-database.ts';
import type { NameOrigins } from '../../lambda/sweep/name-origins.ts';
import { readConfig, readYaml } from './config-file.ts';
import { fetchesNames, type NamesSettings, namesFileSchema } from './names-settings.ts';
import type { NetworkSettings } from './network-settings.ts';

/** A file that the settings name can't be used: the setting, the file, what is wrong and what to do. */
export class DirectoryError extends Error {
  override name = 'DirectoryError';
}

/** The settings that a directory is made of. */
interface DirectorySettings {
  readonly networks: NetworkSettings;
  readonly names: NamesSettings;
}

/** What is deployed: what sweep alone reads is told apart, so that no other function need know of it. */
export interface DeployedContent extends DirectoryContent {
  readonly origins: NameOrigins;
}

/** Whether a deployment knows anything beside its records. */
export function knowsAnything({ networks, names }: DirectorySettings): boolean {
  const { ranges, awsRanges: rangesFile, databases } = networks;
  const files = [rangesFile, names.file, ...databases].some((file) => file !== undefined);
  return files || Object.keys(ranges).length > 0 || fetchesNames(names);
}

/**
 * What the settings say of addresses, accounts and users, with what their files hold. The databases stay where they are.
 * @throws DirectoryError for a file that isn't there, or isn't what its setting names; ConfigError for what is wrong in a
 *   file of names, with its lines.
 */
export function directoryContent({ networks, names }: DirectorySettings): DeployedContent {
  const { ranges, awsRanges: rangesFile, databases } = networks;
  const ofAws =
    rangesFile === undefined
      ? {}
      : use('networks.awsRanges', rangesFile, () => awsRanges(readFileSync(rangesFile, 'utf8')));
  const namesFile = names.file;
  const named = namesFile === undefined ? NO_NAMES : namesOf(namesFile);
  // What a range that both have is called says the one who knows the own network.
  return { ...EMPTY_CONTENT, networks: { ...ranges, ...ofAws }, databases, names: named, origins: originsOf(names) };
}

function originsOf({ organizations, identityCenter }: NamesSettings): NameOrigins {
  const { enabled: _, ...organization } = organizations;
  const { enabled: __, ...users } = identityCenter;
  return {
    ...(organizations.enabled && { organizations: organization }),
    ...(identityCenter.enabled && { identityCenter: users }),
  };
}

function namesOf(file: string): Names {
  const text = use('names.file', file, () => readFileSync(file, 'utf8'));
  return readYaml(text, file, namesFileSchema);
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
