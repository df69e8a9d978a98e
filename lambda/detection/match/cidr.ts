import ipaddr from 'ipaddr.js';
import { ipv4Groups, isIPv4, parseIPv6 } from '../../shared/ip-address.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Network {
  address: Address;
  prefix: number;
}

/** A network in CIDR notation (an address alone is a network of one), or why it is none. */
export function parseNetwork(text: string): Network | { fault: string; suggestion?: string } {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || rest.length > 0) return { fault: `'${text}' is not a network in CIDR notation` };
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  if (prefixText === undefined) return unmapped({ address, prefix: longest });
  const prefix = Number(prefixText);
  if (!/^\d{1,3}$/.test(prefixText) || prefix > longest) {
    return { fault: `'${text}' has no prefix length from 0 to ${longest}` };
  }
  const first = networkAddress(address, prefix);
  if (first.toNormalizedString() !== address.toNormalizedString()) {
    return { fault: `'${text}' has bits set behind its prefix`, suggestion: `${first.toString()}/${prefix}` };
  }
  return unmapped({ address, prefix });
}

/** Whether a text is an IP address in the network. IPv4 addresses mapped into IPv6 count as IPv4. */
export function compileNetwork(text: string): (value: string) => boolean {
  const network = parseNetwork(text);
  if ('fault' in network) throw new Error(network.fault);
  const wanted = groupsOf(network.address);
  const { prefix } = network;
  return (value) => {
    const groups = ipv4Groups(value) ?? unmappedGroups(parseIPv6(value)?.groups);
    return groups?.length === wanted.length && agree(groups, wanted, prefix);
  };
}

function groupsOf(address: Address): readonly number[] {
  if (address instanceof ipaddr.IPv6) return address.parts;
  const [a = 0, b = 0, c = 0, d = 0] = address.octets;
  return [a * 256 + b, c * 256 + d];
}

/** The two groups of the IPv4 address in an IPv6 address that maps one. */
function unmappedGroups(groups: readonly number[] | undefined): readonly number[] | undefined {
  const isMapped = groups?.[5] === 0xffff && groups.every((group, index) => index >= 5 || group === 0);
  return isMapped ? groups.slice(6) : groups;
}

function agree(groups: readonly number[], wanted: readonly number[], prefix: number): boolean {
  return wanted.every((group, index) => {
    const free = Math.min(16, Math.max(0, (index + 1) * 16 - prefix));
    return group >> free === (groups[index] ?? 0) >> free;
  });
}

/** Only the notations that logs use. A C library also accepts `10.1` or `0x0a000001`; here they are no addresses. */
function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return ipaddr.IPv4.parse(text);
  return parseIPv6(text) === undefined ? undefined : ipaddr.IPv6.parse(text);
}

function unmapped({ address, prefix }: Network): Network {
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && prefix >= 96) {
    return { address: address.toIPv4Address(), prefix: prefix - 96 };
  }
  return { address, prefix };
}

function networkAddress(address: Address, prefix: number): Address {
  const bytes = address.toByteArray().map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, prefix - i * 8))));
  return ipaddr.fromByteArray(bytes.map((byte) => byte & 0xff));
}
