import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../../lambda/cloudtrail/record/canonical-address.ts';
import { compileNetwork } from '../../lambda/detection/match/cidr.ts';

/** What ipaddr.js says, which is slow for everything that is no address. */
function canonicalByLibrary(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toRFC5952String();
}

function isWithinByLibrary(text: string, network: string): boolean {
  const canonical = canonicalByLibrary(text);
  if (canonical === undefined) return false;
  const [address, [base, prefix]] = [ipaddr.process(canonical), ipaddr.parseCIDR(network)];
  return address.kind() === base.kind() && address.match(base, prefix);
}

const group = fc.oneof(
  fc.constantFrom('0', '0000', 'ffff', 'FFFF', '1', '00001', ''),
  fc.stringMatching(/^[0-9a-fA-F]{1,4}$/),
);
const nearlyAddress = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: group },
      { weight: 1, arbitrary: fc.constantFrom('::', '1.2.3.4', '%eth0', 'g', '%', '.', ' ') },
    ),
    {
      maxLength: 10,
    },
  )
  .map((groups) => groups.join(':').replaceAll(':::', '::'));
const octets = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 300 }).map(String), fc.constantFrom('00', '01', '0x1', '')), {
    minLength: 3,
    maxLength: 5,
  })
  .map((parts) => parts.join('.'));
const texts = fc.oneof(
  fc.ipV6(),
  fc.ipV4(),
  fc.ipV4Extended(),
  nearlyAddress,
  octets,
  octets.map((text) => `::ffff:${text}`),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF:::::..%xg '), maxLength: 45 }),
  fc.constantFrom(
    'autoscaling.amazonaws.com',
    'AWS Internal',
    '',
    ':',
    '::',
    ':::',
    'arn:aws:iam::111122223333:root',
    '1:2:3:4:5:6:7::',
  ),
);

test('an address is read as the library reads it, whatever the text is', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(canonicalAddress(text)).toBe(canonicalByLibrary(text));
    }),
    { numRuns: 5_000 },
  );
});

const NETWORKS = ['10.0.0.0/8', '203.0.113.0/25', '0.0.0.0/0', '::/0', '2001:db8::/33', 'fe80::/10', '::1/128'];

test('an address is found in the networks in which the library finds it', () => {
  const networks = NETWORKS.map((network) => ({ network, matches: compileNetwork(network) }));
  fc.assert(
    fc.property(texts, (text) => {
      for (const { network, matches } of networks)
        expect([network, matches(text)]).toEqual([network, isWithinByLibrary(text, network)]);
    }),
    { numRuns: 500 },
  );
});

test('a name of a service costs no exception', () => {
  const parser = jest.spyOn(ipaddr.IPv4, 'isValid');
  expect(['autoscaling.amazonaws.com', 'AWS Internal', '2001:db8::1', '203.0.113.7'].map(canonicalAddress)).toEqual([
    undefined,
    undefined,
    '2001:db8::1',
    '203.0.113.7',
  ]);
  expect(parser).not.toHaveBeenCalled();
});
