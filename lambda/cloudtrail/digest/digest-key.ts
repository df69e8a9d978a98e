import { parseObjectKey } from '../log/object-key.ts';

/** What the key of a digest says, after "Digest file location" of the AWS CloudTrail User Guide. */
export interface DigestKey {
  readonly account: string;
  /** The region whose log objects it names. */
  readonly region: string;
  readonly trail: string;
  /** The region in which the trail was made. */
  readonly homeRegion: string;
  /** The end of the hour, ISO 8601 in UTC. */
  readonly end: string;
  /** True for a digest that was written later, for log objects that came too late for the digest of their hour. */
  readonly backfill: boolean;
  /**
   * The digests that follow one another: of one trail, account and region. Backfill digests are a chain of their own.
   */
  readonly chain: string;
}

const FILE =
  /^[0-9A-Za-z]{12}_CloudTrail-Digest_[a-z0-9-]+?_(?<trail>.+)_(?<homeRegion>[a-z0-9-]+)_\d{8}T\d{6}Z(?<backfill>_backfill)?\.json\.gz$/;

/** What the key of a digest says, or undefined for any other key. */
export function parseDigestKey(key: string): DigestKey | undefined {
  const parsed = parseObjectKey(key);
  if (parsed?.kind !== 'digest') return undefined;
  const groups = FILE.exec(key.slice(key.lastIndexOf('/') + 1))?.groups;
  if (groups === undefined) return undefined;
  const { trail = '', homeRegion = '' } = groups;
  const backfill = groups.backfill !== undefined;
  const { account, region, prefix, organizationId = '' } = parsed;
  return {
    account,
    region,
    trail,
    homeRegion,
    end: parsed.createdAt,
    backfill,
    chain: [prefix, organizationId, account, region, trail, homeRegion, backfill ? 'backfill' : 'hourly'].join('|'),
  };
}
