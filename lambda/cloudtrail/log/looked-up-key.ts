/** Stands before the keys of log objects that were made of what LookupEvents answers. */
const PREFIX = 'LookupEvents/';

/** Whether an object's key says that its records come from LookupEvents: no digest names such an object. */
export function isLookedUp(key: string): boolean {
  return key.startsWith(PREFIX);
}

export interface LookedUpObject {
  readonly account: string;
  readonly region: string;
  /** Of its newest event, ISO 8601 in UTC. */
  readonly time: string;
  /** Letters and digits; the same for the same content. */
  readonly unique: string;
}

/** A key in the form of CloudTrail's own. */
export function lookedUpKey({ account, region, time, unique }: LookedUpObject): string {
  const day = time.slice(0, 10);
  const minute = `${day.replaceAll('-', '')}T${time.slice(11, 13)}${time.slice(14, 16)}Z`;
  const file = `${account}_CloudTrail_${region}_${minute}_${unique}.json.gz`;
  return `${PREFIX}AWSLogs/${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/${file}`;
}
