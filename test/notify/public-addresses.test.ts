import { lookup } from 'node:dns/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPostJson } from '../../lambda/notify/https/post-json.ts';
import { resolvePublic } from '../../lambda/notify/https/public-addresses.ts';

jest.mock('node:dns/promises', () => ({ lookup: jest.fn() }));

const LAMBDA = join(__dirname, '../../lambda');
// Of its overloads the one that gives all addresses of a host.
const lookups = jest.mocked(lookup as unknown as () => Promise<readonly { address: string; family: number }[]>);

const answers = (...addresses: readonly string[]) =>
  lookups.mockResolvedValue(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

beforeEach(() => {
  lookups.mockReset();
});

test('a host whose addresses are all public is connected to at those', async () => {
  answers('52.94.236.248', '2600:1f18::1');
  expect(await resolvePublic('hooks.example.com')).toEqual([
    { address: '52.94.236.248', family: 4 },
    { address: '2600:1f18::1', family: 6 },
  ]);
});

test.each([
  ['one private address among public ones', ['52.94.236.248', '10.0.0.1']],
  ['the metadata service of EC2 behind it', ['169.254.169.254']],
  ['the metadata service of containers behind it', ['169.254.170.2']],
  ['the same over IPv6', ['fd00:ec2::254']],
  ['a private address in the form of IPv6', ['::ffff:192.168.0.1']],
  ['a link-local address', ['52.94.236.248', 'fe80::1']],
  ['no address', []],
])('a host with %s is refused', async (_, addresses) => {
  answers(...addresses);
  await expect(resolvePublic('hooks.example.com')).rejects.toThrow('not public');
  const sending = createPostJson()({ url: 'https://hooks.example.com/x', body: '{}' }, AbortSignal.timeout(1000));
  await expect(sending).rejects.toThrow('The host has an address that is not public. Nothing was sent there.');
});

test('a host that is not found is a failure that names no host', async () => {
  lookups.mockRejectedValue(
    Object.assign(new Error('getaddrinfo ENOTFOUND secret.example.com'), { code: 'ENOTFOUND' }),
  );
  const sending = createPostJson()({ url: 'https://secret.example.com/x', body: '{}' }, AbortSignal.timeout(1000));
  await expect(sending).rejects.toThrow('The server could not be reached (ENOTFOUND).');
});

test('no function puts another resolver, or other certificates, in the place of the system’s', () => {
  const uses = readdirSync(LAMBDA, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    if (!file.endsWith('.ts')) return [];
    const calls = readFileSync(join(LAMBDA, file), 'utf8').matchAll(/(?<!function )createPostJson\(([^)]*)\)/g);
    return [...calls].map(([, options]) => `${file.replaceAll('\\', '/')}: ${options}`);
  });
  expect(uses).toEqual(['notify/handler.ts: ']);
});
