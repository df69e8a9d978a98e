import type { JsonObject } from '../../lambda/shared/json.ts';
import { seeded } from '../chaos/faults.ts';
import { logObject, record } from '../support/records.ts';
import type { MadeObject } from './backfill-bed.ts';

export interface MadePast {
  readonly objects: readonly MadeObject[];
  readonly broken: readonly string[];
  /** Of the objects that aren't broken. */
  readonly records: readonly JsonObject[];
}

const ACCOUNTS = ['111122223333', '222233334444', '333344445555'];
const REGIONS = ['eu-west-1', 'us-east-1'];
const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21'];
const NAMES = ['DescribeInstances', 'GetObject', 'PutObject', 'DeleteTable', 'ConsoleLogin', 'AssumeRole'];

/** Log objects of three days, three accounts and two regions, some of which can't be read: the same for a seed. */
export function madePast({
  objects: count,
  broken: faulty = 0,
  seed = 1,
  records: most = 4,
}: {
  readonly objects: number;
  readonly broken?: number;
  readonly seed?: number;
  /** Records of an object at most. */
  readonly records?: number;
}): MadePast {
  const random = seeded(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const isBroken = new Set<number>();
  while (isBroken.size < faulty) isBroken.add(Math.floor(random() * count));
  const objects: MadeObject[] = [];
  const broken: string[] = [];
  const records: JsonObject[] = [];
  for (let at = 0; at < count; at++) {
    const [account, region, day] = [pick(ACCOUNTS), pick(REGIONS), pick(DAYS)];
    const minute = Math.floor(random() * 1440);
    const clock = new Date(Date.parse(`${day}T00:00:00Z`) + minute * 60_000).toISOString();
    const stamp = clock.slice(0, 16).replaceAll(/[-:]/g, '');
    const key = `AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/${account}_CloudTrail_${region}_${stamp}Z_${String(at).padStart(16, '0')}.json.gz`;
    if (isBroken.has(at)) {
      broken.push(key);
      objects.push({ key, body: Buffer.from('this is no JSON') });
      continue;
    }
    const own = Array.from({ length: 1 + Math.floor(random() * most) }, (_, index) => {
      const eventName = pick(NAMES);
      return record({
        eventID: `event-${seed}-${at}-${index}`,
        eventTime: `${new Date(Date.parse(clock) - Math.floor(random() * 60_000)).toISOString().slice(0, 19)}Z`,
        eventName,
        eventSource: eventName === 'DeleteTable' ? 'dynamodb.amazonaws.com' : 's3.amazonaws.com',
        awsRegion: region,
        recipientAccountId: account,
        sourceIPAddress: `203.0.113.${Math.floor(random() * 250)}`,
        userIdentity: {
          type: 'IAMUser',
          arn: `arn:aws:iam::${account}:user/user-${Math.floor(random() * 20)}`,
          accountId: account,
          accessKeyId: `AKIA${Math.floor(random() * 40)}`,
        },
        ...(random() < 0.1 && { errorCode: 'AccessDenied' }),
        requestParameters: { bucketName: `bucket-${Math.floor(random() * 30)}` },
      });
    });
    records.push(...own);
    objects.push({ key, body: logObject(own) });
  }
  return { objects, broken, records };
}
