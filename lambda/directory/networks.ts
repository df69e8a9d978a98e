import { OTHER_NETWORK } from '../cloudtrail/directory.ts';
import { addressGroups, type IpRange, maskGroups, parseRange } from './ip-range.ts';

/** Ranges of addresses by the name of their network. */
export type NamedRanges = Readonly<Record<string, readonly string[]>>;

/** The ranges of one length of prefix: the first address, as text or as a number, and the name. */
interface OfOneLength {
  readonly bits: number;
  readonly names: Map<number | string, string>;
}

/**
 * Named ranges of addresses, IPv4 and IPv6. Of ranges that overlap the most specific one counts; where two names have the
 * same range, the first.
 */
export class Networks {
  readonly #ipv4: OfOneLength[] = [];
  readonly #ipv6: OfOneLength[] = [];
  readonly #isEmpty: boolean;

  /** @throws RangeError for a range that is none. */
  constructor(ranges: NamedRanges) {
    for (const [name, texts] of Object.entries(ranges)) for (const text of texts) this.#add(name, text);
    for (const lengths of [this.#ipv4, this.#ipv6]) lengths.sort((a, b) => b.bits - a.bits);
    this.#isEmpty = this.#ipv4.length + this.#ipv6.length === 0;
  }

  /** The network that an address is in; undefined where no range is named, or the text is no address. */
  nameOf(address: string): string | undefined {
    const groups = this.#isEmpty ? undefined : addressGroups(address);
    if (groups === undefined) return undefined;
    for (const { bits, names } of groups.length === 2 ? this.#ipv4 : this.#ipv6) {
      const name = names.get(keyOf(maskGroups(groups, bits)));
      if (name !== undefined) return name;
    }
    return OTHER_NETWORK;
  }

  #add(name: string, text: string): void {
    const range = parseRange(text);
    if ('problem' in range) throw new RangeError(`${name}: ${range.problem}`);
    const names = this.#ofLength(range);
    const key = keyOf(range.groups);
    if (!names.has(key)) names.set(key, name);
  }

  #ofLength({ groups, bits }: IpRange): Map<number | string, string> {
    const lengths = groups.length === 2 ? this.#ipv4 : this.#ipv6;
    const known = lengths.find((one) => one.bits === bits);
    if (known !== undefined) return known.names;
    const names = new Map<number | string, string>();
    lengths.push({ bits, names });
    return names;
  }
}

function keyOf(groups: readonly number[]): number | string {
  const [first = 0, second = 0] = groups;
  return groups.length === 2 ? first * 0x1_0000 + second : groups.join(':');
}
