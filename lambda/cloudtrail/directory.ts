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

/** What a deployment knows beside its records: it is asked only where a rule, the index or an alert needs it. */
export interface Directory {
  /** @param address an IP address in canonical form. Never throws: what can't be told is absent. */
  placeOf(address: string): Place;
}

/** Of every address nothing is known. */
export const UNKNOWN_PLACE: Place = {};

/** What is known of the address that an event came from: nothing where it has none. */
export function placeOf({ address, directory }: { readonly address?: string; readonly directory?: Directory }): Place {
  return (address !== undefined && directory?.placeOf(address)) || UNKNOWN_PLACE;
}

/** A place in words: `Berlin office, DE, AS64500 Example Net`; undefined where nothing is known that has a name. */
export function placeText({ network, country, asn, asnName }: Place): string | undefined {
  const carrier = [asn, asnName].filter((part) => part !== undefined).join(' ');
  const known = [network === OTHER_NETWORK ? undefined : network, country, carrier === '' ? undefined : carrier];
  const text = known.filter((part) => part !== undefined).join(', ');
  return text === '' ? undefined : text;
}
