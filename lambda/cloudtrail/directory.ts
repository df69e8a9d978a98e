import { type JsonObject, textAt } from '../shared/json.ts';

/** What an address is in that no range holds, where ranges are named at all. */
export const OTHER_NETWORK = 'other';

/** What is known of an IP address beside what records tell. */
export interface Place {
  /** The name of the most specific range that holds the address; `other` where ranges are named, and none holds it. */
  readonly network?: string;
  /** ISO 3166-1 alpha-2, in capitals. */
  readonly country?: string;
  /** The number of the autonomous system, as `AS174`. */
  readonly asn?: string;
  /** Who runs it. */
  readonly asnName?: string;
}

/** What an account is called in its organization. */
export interface AccountNames {
  readonly name: string;
  /** Names of the organizational units that it is in, from the outermost: `Workloads/Production`; `Root` if in none. */
  readonly ou?: string;
}

/** Of the event: what its account and the Identity Center user behind it are called, and where its address is. */
export interface Known extends Place {
  readonly accountName?: string;
  readonly accountOu?: string;
  readonly userName?: string;
}

/** The members of what is known of an event. */
export const KNOWN_MEMBERS = [
  'network',
  'country',
  'asn',
  'asnName',
  'accountName',
  'accountOu',
  'userName',
] as const satisfies readonly (keyof Known)[];

/** For each member the same: for schemas. */
export function forEachKnown<Value>(value: Value): Record<keyof Known, Value> {
  // `fromEntries` knows of no single key.
  return Object.fromEntries(KNOWN_MEMBERS.map((name) => [name, value])) as Record<keyof Known, Value>;
}

/** The members that are known of what an event, summary or finding tells. */
export function knownMembers(given: Known): Known {
  return Object.fromEntries(KNOWN_MEMBERS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

/** What a deployment knows beside its records: it is asked only where a rule, the index or an alert needs it. */
export interface Directory {
  /** @param address an IP address in canonical form. Never throws: what can't be told is absent. */
  placeOf(address: string): Place;
  /** @param id 12 digits. */
  accountOf(id: string): AccountNames | undefined;
  /** The name of a user of IAM Identity Center, by `onBehalfOf.userId`. */
  userOf(id: string): string | undefined;
}

/** Of every address nothing is known. */
export const UNKNOWN_PLACE: Place = {};

/** What of an event is asked about. */
interface Asked {
  readonly account: string;
  readonly address?: string;
  readonly record: JsonObject;
  readonly directory?: Directory;
}

/** What is known of the address that an event came from: nothing where it has none. */
export function placeOf({ address, directory }: Asked): Place {
  return (address !== undefined && directory?.placeOf(address)) || UNKNOWN_PLACE;
}

/** What the account is called whose log the event is in. */
export function accountNamesOf({ account, directory }: Asked): AccountNames | undefined {
  return directory?.accountOf(account);
}

/** What the Identity Center user is called on whose behalf the call was made. */
export function userNameOf({ record, directory }: Asked): string | undefined {
  const id = directory && textAt(record, 'userIdentity', 'onBehalfOf', 'userId');
  return id === undefined ? undefined : directory?.userOf(id);
}

/** All that is known of an event; only members that are known are there. */
export function knownOf(event: Asked): Known {
  if (event.directory === undefined) return UNKNOWN_PLACE;
  const account = accountNamesOf(event);
  const userName = userNameOf(event);
  return {
    ...placeOf(event),
    ...(account && { accountName: account.name, ...(account.ou !== undefined && { accountOu: account.ou }) }),
    ...(userName !== undefined && { userName }),
  };
}

/** A place in words: `Berlin office, DE, AS64500 Example Net`; undefined where nothing is known that has a name. */
export function placeText({ network, country, asn, asnName }: Place): string | undefined {
  const carrier = [asn, asnName].filter((part) => part !== undefined).join(' ');
  const known = [network === OTHER_NETWORK ? undefined : network, country, carrier === '' ? undefined : carrier];
  const text = known.filter((part) => part !== undefined).join(', ');
  return text === '' ? undefined : text;
}

/** An id with the name that people know it by, where it has one: `111122223333 (production)`. */
export function namedId(id: string, name: string | undefined): string {
  return name === undefined ? id : `${id} (${name})`;
}
