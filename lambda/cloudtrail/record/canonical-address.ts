import ipaddr from 'ipaddr.js';

/**
 * An IP address in its one canonical form, RFC 5952 for IPv6, so that all spellings of it are found together; undefined
 * for anything else: a service's name, `AWS Internal`.
 */
export function canonicalAddress(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toRFC5952String();
}
