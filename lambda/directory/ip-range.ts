import { ipv4Groups, parseIPv6, printIPv6 } from '../shared/ip-address.ts';

/** A range of addresses in CIDR notation, read. */
export interface IpRange {
  /** Of the first address: two of IPv4, eight of IPv6, 16 bits each. */
  readonly groups: readonly number[];
  /** The length of the prefix, 0 to 32 or 128. */
  readonly bits: number;
}

/** The 16-bit groups of an address: two of IPv4, eight of IPv6; undefined if the text is none. A zone is left out. */
export function addressGroups(text: string): readonly number[] | undefined {
  return ipv4Groups(text) ?? parseIPv6(text)?.groups;
}

/**
 * Reads `203.0.113.0/24`, `2001:db8::/32`, or one address.
 * @returns the range, or what is wrong with it and what to write.
 */
export function parseRange(text: string): IpRange | { readonly problem: string } {
  const [address = '', length, ...rest] = text.split('/');
  const groups = address.includes('%') ? undefined : addressGroups(address);
  if (groups === undefined || rest.length > 0) {
    return { problem: `"${text}" is no range of addresses: write 203.0.113.0/24, 2001:db8::/32 or one address` };
  }
  const most = groups.length * 16;
  const bits = length === undefined ? most : Number(length);
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || bits > most)) {
    return { problem: `"${text}" has no prefix length of 0 to ${most} behind the slash` };
  }
  const first = maskGroups(groups, bits);
  if (first.some((group, index) => group !== groups[index])) {
    return { problem: `"${text}" begins within a range: write ${printGroups(first)}/${bits}, or the address alone` };
  }
  return { groups, bits };
}

/** The first address of the range of `bits` that an address is in. */
export function maskGroups(groups: readonly number[], bits: number): number[] {
  return groups.map((group, index) => {
    const kept = Math.min(16, Math.max(0, bits - index * 16));
    return group & (0xffff << (16 - kept)) & 0xffff;
  });
}

function printGroups(groups: readonly number[]): string {
  if (groups.length === 8) return printIPv6({ groups });
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

/** A range in one notation, so that two spellings of the same are found: `203.0.113.7/32`. */
export function printRange({ groups, bits }: IpRange): string {
  return `${printGroups(groups)}/${bits}`;
}
