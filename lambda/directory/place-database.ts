import { Reader } from 'mmdb-lib';
import type { Place } from '../cloudtrail/directory.ts';
import { isJsonObject, textAt } from '../shared/json.ts';

/** What of an address a database tells. */
export type DatabasePlace = Omit<Place, 'network'>;

/**
 * A database of addresses in the format of MaxMind DB. The forms of IPinfo Lite, DB-IP Lite, MaxMind's GeoLite2 and GeoIP2
 * are understood; members of other kinds are passed over.
 */
export class PlaceDatabase {
  readonly #reader: Reader<never>;

  /** @throws Error if the bytes are no such database. */
  constructor(bytes: Buffer) {
    this.#reader = new Reader(bytes);
  }

  /** What its publisher calls it, and when it was built. */
  get about(): { readonly type: string; readonly built: Date } {
    const { databaseType, buildEpoch } = this.#reader.metadata;
    return { type: databaseType, built: buildEpoch };
  }

  /** @throws Error where the database is damaged. */
  placeOf(address: string): DatabasePlace {
    // A database of IPv4 alone would take the first half of an IPv6 address for one of IPv4.
    if (this.#reader.metadata.ipVersion === 4 && address.includes(':')) return {};
    return readPlace(this.#reader.get(address));
  }
}

function readPlace(found: unknown): DatabasePlace {
  if (!isJsonObject(found)) return {};
  const country = textAt(found, 'country_code') ?? textAt(found.country, 'iso_code');
  const asn = asnOf(found.asn ?? found.autonomous_system_number);
  const asnName = textAt(found, 'as_name') ?? textAt(found, 'autonomous_system_organization');
  return {
    ...(country && { country: country.toUpperCase() }),
    ...(asn !== undefined && { asn }),
    ...(asnName && { asnName }),
  };
}

/** `AS174` and 174 are the same. */
function asnOf(given: unknown): string | undefined {
  const digits = /^(?:AS)?(\d{1,10})$/i.exec(String(given))?.[1];
  return digits === undefined || Number(digits) === 0 ? undefined : `AS${Number(digits)}`;
}
