import * as fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { awsRanges } from '../../lambda/directory/aws-ranges.ts';
import { parseRange, printRange } from '../../lambda/directory/ip-range.ts';
import { Networks } from '../../lambda/directory/networks.ts';

describe('named ranges', () => {
  const networks = new Networks({
    company: ['203.0.113.0/24', '2001:db8::/32'],
    vpn: ['203.0.113.128/25', '2001:db8:1::/48'],
    nat: ['203.0.113.200', '2001:db8:1::7'],
  });

  test.each([
    ['203.0.113.1', 'company'],
    ['203.0.113.129', 'vpn'],
    ['203.0.113.200', 'nat'],
    ['198.51.100.1', 'other'],
    ['2001:db8:2::1', 'company'],
    ['2001:db8:1::8', 'vpn'],
    ['2001:db8:1::7', 'nat'],
    ['2001:db9::', 'other'],
  ])('%s is in %s: the most specific range counts', (address, name) => {
    expect(networks.nameOf(address)).toBe(name);
  });

  test('tell nothing of what is no address, and of no address where there are none', () => {
    expect(networks.nameOf('ec2.amazonaws.com')).toBeUndefined();
    expect(new Networks({}).nameOf('203.0.113.1')).toBeUndefined();
  });

  test('hold a whole family of addresses by /0, and not the other', () => {
    const all = new Networks({ world: ['0.0.0.0/0'] });
    expect(all.nameOf('255.255.255.255')).toBe('world');
    expect(all.nameOf('::1')).toBe('other');
  });

  test('find what a plain search over all of them finds', () => {
    const octet = fc.integer({ min: 0, max: 3 });
    const ipv4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.map((part) => part * 64).join('.'));
    const group = fc.constantFrom('0', '1', '8000', 'ffff');
    const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
    const range = fc.oneof(
      fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })),
      fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), fc.oneof(ipv4, ipv6), (ranges, address) => {
        const given = ranges.map(([text, bits]) => {
          const kind = text.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
          return `${kind.networkAddressFromCIDR(`${text}/${bits}`)}/${bits}`;
        });
        const named = Object.fromEntries(given.map((text, index) => [`n${index}`, [text]]));
        const asked = ipaddr.parse(address);
        const holding = given
          .map((text, index) => ({ index, parsed: ipaddr.parseCIDR(text) }))
          .filter(({ parsed: [network, bits] }) => network.kind() === asked.kind() && asked.match(network, bits))
          .sort((a, b) => b.parsed[1] - a.parsed[1] || a.index - b.index);
        const expected = given.length === 0 ? undefined : holding[0] === undefined ? 'other' : `n${holding[0].index}`;
        expect(new Networks(named).nameOf(asked.toString())).toBe(expected);
      }),
    );
  });
});

describe('a range', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['2001:DB8:0:0::/32', '2001:db8::/32'],
    ['::1', '::1/128'],
    ['0.0.0.0/0', '0.0.0.0/0'],
  ])('%s is read as %s', (text, printed) => {
    const range = parseRange(text);
    expect('problem' in range ? range.problem : printRange(range)).toBe(printed);
  });

  test.each([
    ['office', 'is no range of addresses'],
    ['203.0.113.0/24/2', 'is no range of addresses'],
    ['203.0.113', 'is no range of addresses'],
    ['fe80::1%eth0', 'is no range of addresses'],
    ['203.0.113.0/33', 'no prefix length of 0 to 32'],
    ['203.0.113.0/', 'no prefix length of 0 to 32'],
    ['2001:db8::/129', 'no prefix length of 0 to 128'],
    ['203.0.113.7/24', 'write 203.0.113.0/24'],
    ['2001:db8::1/32', 'write 2001:db8::/32'],
  ])('%s is refused with what to write', (text, problem) => {
    expect(parseRange(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('the ranges that AWS publishes', () => {
  const file = {
    syncToken: '1',
    createDate: '2026-11-20-00-00-00',
    prefixes: [
      { ip_prefix: '198.51.100.0/24', region: 'eu-central-1', service: 'AMAZON', network_border_group: 'eu-central-1' },
      { ip_prefix: '198.51.100.0/24', region: 'eu-central-1', service: 'EC2', network_border_group: 'eu-central-1' },
      { ip_prefix: '192.0.2.0/24', region: 'GLOBAL', service: 'AMAZON', network_border_group: 'GLOBAL' },
    ],
    ipv6_prefixes: [
      { ipv6_prefix: '2001:db8::/40', region: 'us-east-1', service: 'S3', network_border_group: 'us-east-1' },
    ],
  };

  test('are named by service and region, and by AMAZON only where no service has them', () => {
    expect(awsRanges(JSON.stringify(file))).toEqual({
      'aws:EC2:eu-central-1': ['198.51.100.0/24'],
      'aws:AMAZON:GLOBAL': ['192.0.2.0/24'],
      'aws:S3:us-east-1': ['2001:db8::/40'],
    });
  });

  test.each(['', '{}', '[]', '{"prefixes": "none"}', '<html>'])('are not %j', (text) => {
    expect(() => awsRanges(text)).toThrow('it is no ip-ranges.json');
  });
});
