import { isIPv4, parseIPv6, printIPv6 } from '../../shared/ip-address.ts';

/**
 * An IP address in its one canonical form, RFC 5952 for IPv6, so that all spellings of it are found together; undefined
 * for anything else: a service's name, `AWS Internal`.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const address = parseIPv6(text);
  return address && printIPv6(address);
}
