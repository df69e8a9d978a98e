/**
 * The keys under which CloudTrail puts its files, after "Finding your CloudTrail log files":
 * `[prefix/]AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`.
 */

const FOLDERS = {
  CloudTrail: 'log',
  'CloudTrail-Insight': 'log',
  'CloudTrail-NetworkActivity': 'log',
  'CloudTrail-Aggregated': 'log',
  'CloudTrail-Digest': 'digest',
} as const;

type Folder = keyof typeof FOLDERS;

export interface CloudTrailObjectKey {
  /** A log object holds records; a digest vouches for log objects. */
  readonly kind: 'log' | 'digest';
  /** The folder that names the kind of file, as CloudTrail spells it. */
  readonly folder: Folder;
  /** The key prefix of the trail, without a slash at its end; empty if there is none. */
  readonly prefix: string;
  readonly organizationId?: string;
  /** The account whose calls the file records. */
  readonly account: string;
  readonly region: string;
  /** The day of the folder, `YYYY-MM-DD`. */
  readonly day: string;
  /** The minute (digests: the second) in the file's name, ISO 8601 in UTC: when CloudTrail made the file. */
  readonly createdAt: string;
}

const KEY =
  /^(?:(?<prefix>.*)\/)?AWSLogs\/(?:(?<organization>o-[a-z0-9]{10,32})\/)?(?<account>[0-9A-Za-z]{12})\/(?<folder>CloudTrail(?:-Insight|-NetworkActivity|-Aggregated|-Digest)?)\/(?<region>[a-z0-9-]+)\/(?<year>\d{4})\/(?<month>\d{2})\/(?<dayOfMonth>\d{2})\/(?<file>[^/]+)\.json\.gz$/s;

const TIME_IN_FILE_NAME = /_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?Z(?:_|$)/;

/** What an object's key says about it, or undefined for a key that isn't CloudTrail's. */
export function parseObjectKey(key: string): CloudTrailObjectKey | undefined {
  const groups = KEY.exec(key)?.groups;
  if (groups === undefined || !isFolder(groups.folder)) return undefined;
  const { prefix = '', organization, account = '', folder, region = '', year, month, dayOfMonth, file = '' } = groups;
  const time = TIME_IN_FILE_NAME.exec(file);
  if (time === null) return undefined;
  const [, fileYear, fileMonth, fileDay, hour, minute, second = '00'] = time;
  return {
    kind: FOLDERS[folder],
    folder,
    prefix,
    ...(organization !== undefined && { organizationId: organization }),
    account,
    region,
    day: `${year}-${month}-${dayOfMonth}`,
    createdAt: `${fileYear}-${fileMonth}-${fileDay}T${hour}:${minute}:${second}Z`,
  };
}

function isFolder(folder: string | undefined): folder is Folder {
  return folder !== undefined && Object.hasOwn(FOLDERS, folder);
}
