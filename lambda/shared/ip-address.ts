import ipaddr from 'ipaddr.js';

/**
 * IP addresses as logs write them. Most texts that are asked about are no addresses but names of services, and ipaddr.js
 * finds that out by throwing: so the form is looked at first.
 */

const DOT = 0x2e;
const COLON = 0x3a;
const GROUPS = 8;

/** Characters that an IPv6 address with an IPv4 part or a zone may have. */
const OTHER_IPV6 = /^[0-9a-fx.:]+(?:%[0-9a-z]+)?$/i;

/** Whether a text is an IPv4 address of four decimal numbers without leading zeros. `10.1` and `0x0a000001` are none. */
export function isIPv4(text: string): boolean {
  return ipv4Groups(text) !== undefined;
}

/** The two 16-bit groups of an IPv4 address; undefined if the text is none, see `isIPv4`. */
export function ipv4Groups(text: string): readonly [number, number] | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  let parts = 0;
  let part = -1;
  let all = 0;
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? DOT : text.charCodeAt(index);
    if (code === DOT) {
      if (part < 0) return undefined;
      all = all * 256 + part;
      part = -1;
      parts++;
    } else if (code >= 0x30 && code <= 0x39 && part !== 0) {
      part = (part < 0 ? 0 : part * 10) + code - 0x30;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return parts === 4 ? [Math.floor(all / 65_536), all % 65_536] : undefined;
}

/** An IPv6 address: its eight 16-bit groups, and its zone where it has one. */
export interface IPv6 {
  readonly groups: readonly number[];
  readonly zone?: string;
}

/** An IPv6 address in any notation of RFC 4291, with or without a zone; undefined if the text is none. */
export function parseIPv6(text: string): IPv6 | undefined {
  if (!text.includes(':')) return undefined;
  if (!text.includes('.') && !text.includes('%')) {
    const groups = hexGroups(text);
    return groups && { groups };
  }
  if (!OTHER_IPV6.test(text) || !ipaddr.IPv6.isValid(text)) return undefined;
  const { parts, zoneId } = ipaddr.IPv6.parse(text);
  return { groups: parts, ...(zoneId !== undefined && { zone: zoneId }) };
}

/** An IPv6 address in the form of RFC 5952. */
export function printIPv6({ groups, zone }: IPv6): string {
  let [start, length] = [-1, 1];
  for (let index = 0; index < GROUPS; index++) {
    let end = index;
    while (end < GROUPS && groups[end] === 0) end++;
    if (end - index > length) [start, length] = [index, end - index];
    index = Math.max(index, end);
  }
  let text = '';
  for (let index = 0; index < GROUPS; index++) {
    if (index === start) {
      text += '::';
      index += length - 1;
    } else text += `${text === '' || text.endsWith(':') ? '' : ':'}${(groups[index] ?? 0).toString(16)}`;
  }
  return zone === undefined ? text : `${text}%${zone}`;
}

/** The groups of an address of hexadecimal digits and colons alone. */
function hexGroups(text: string): number[] | undefined {
  if (text.length > 39) return undefined;
  const groups: number[] = [];
  let gap = -1;
  let index = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return undefined;
    gap = 0;
    index = 2;
  }
  while (index < text.length) {
    const start = index;
    let group = 0;
    for (; index < text.length; index++) {
      const digit = hexDigit(text.charCodeAt(index));
      if (digit < 0) break;
      group = group * 16 + digit;
    }
    if (index === start || index - start > 4) return undefined;
    groups.push(group);
    if (index === text.length) break;
    if (text.charCodeAt(index) !== COLON) return undefined;
    index++;
    if (text.charCodeAt(index) === COLON) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      index++;
    } else if (index === text.length) return undefined;
  }
  if (gap < 0) return groups.length === GROUPS ? groups : undefined;
  if (groups.length >= GROUPS) return undefined;
  groups.splice(gap, 0, ...Array.from({ length: GROUPS - groups.length }, () => 0));
  return groups;
}

/** -1 if the character is no hexadecimal digit. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
