import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses of a host, each of which may be connected to. @throws an error that names no secret. */
export type Resolver = (host: string) => Promise<readonly ResolvedAddress[]>;

/** Nothing is sent there: the address belongs to no server on the internet. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/** The only addresses of IPv6 that are given to servers on the internet. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the internet: not private, link-local, loopback, shared, reserved, nor one of IPv6 that
 * stands for an IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_IPV6);
}

/**
 * Looks a host up, and refuses it if any of its addresses isn't public: a name with both kinds is made to get inside.
 * @throws AddressRefusedError, or the system's error.
 */
export async function resolvePublic(host: string): Promise<readonly ResolvedAddress[]> {
  const found = await lookup(host.replace(/^\[|\]$/g, ''), { all: true, order: 'ipv4first' });
  if (found.length === 0 || !found.every(({ address }) => isPublicAddress(address))) {
    throw new AddressRefusedError('The host has an address that is not public. Nothing was sent there.');
  }
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}
