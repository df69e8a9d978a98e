import { basename } from 'node:path';
import { parseObjectKey } from '../../../lambda/cloudtrail/log/object-key.ts';
import type { StoredFile, StoredFiles } from './stored-files.ts';

const DIGEST_NAME =
  /^(?<chain>(?<account>[0-9A-Za-z]{12})_CloudTrail-Digest_(?<region>[a-z0-9-]+?)_.+)_(?<time>\d{8}T\d{6}Z)(?<backfill>_backfill)?\.json\.gz$/;
const LOG_NAME = /^(?<account>[0-9A-Za-z]{12})_CloudTrail_(?<region>[a-z0-9-]+)_(?<time>\d{8}T\d{4}Z)_[^_]+\.json\.gz$/;

/** The digests of one trail, account and region, the oldest first. */
export interface ChainFiles {
  readonly account: string;
  readonly region: string;
  readonly hourly: boolean;
  readonly digests: readonly StoredFile[];
}

export interface LogFileEntry {
  readonly file: StoredFile;
  readonly account: string;
  readonly region: string;
  /** The time in its name, ISO 8601. */
  readonly at: string;
}

export interface Times {
  readonly since?: Date;
  readonly until?: Date;
}

export interface SortedFiles {
  readonly chains: readonly ChainFiles[];
  /** By what `find` gives as their names. */
  readonly logs: ReadonlyMap<string, LogFileEntry>;
}

/** Tells digests and log objects apart by their names, and puts the digests in order. Other files are left out. */
export async function sortFiles(files: StoredFiles, { since, until }: Times): Promise<SortedFiles> {
  const chains = new Map<
    string,
    { account: string; region: string; hourly: boolean; digests: Map<string, StoredFile> }
  >();
  const logs = new Map<string, LogFileEntry>();
  const isAsked = (at: string) =>
    (since === undefined || Date.parse(at) >= since.getTime()) &&
    (until === undefined || Date.parse(at) < until.getTime());
  for await (const file of files.list()) {
    const name = basename(file.key);
    const digest = DIGEST_NAME.exec(name)?.groups;
    if (digest !== undefined) {
      const { chain = '', account = '', region = '', time = '', backfill } = digest;
      if (!isAsked(isoTime(time))) continue;
      const id = [file.key.slice(0, Math.max(0, file.key.indexOf('AWSLogs/'))), chain, backfill ?? ''].join('|');
      const entry = chains.get(id) ?? { account, region, hourly: backfill === undefined, digests: new Map() };
      chains.set(id, entry);
      // The name begins the key so that files of the same time stay apart.
      entry.digests.set(`${time} ${file.name}`, file);
      continue;
    }
    const log = LOG_NAME.exec(name)?.groups ?? undefined;
    const parsed = parseObjectKey(file.key);
    if (log === undefined && parsed?.kind !== 'log') continue;
    const { account = parsed?.account ?? '', region = parsed?.region ?? '', time } = log ?? {};
    const at = time === undefined ? (parsed?.createdAt ?? '') : isoTime(time);
    if (isAsked(at)) logs.set(file.name, { file, account, region, at });
  }
  return {
    chains: [...chains.values()].map(({ digests, ...chain }) => ({
      ...chain,
      digests: [...digests].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file),
    })),
    logs,
  };
}

function isoTime(stamp: string): string {
  const [, year, month, day, hour, minute, second = '00'] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z$/.exec(stamp) ?? [];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
