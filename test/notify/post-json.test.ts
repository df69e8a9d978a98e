import { NotTakenError } from '../../lambda/notify/errors/not-taken-error.ts';
import { createPostJson } from '../../lambda/notify/https/post-json.ts';
import { isPublicAddress, resolvePublic } from '../../lambda/notify/https/public-addresses.ts';
import { retryAfterSeconds } from '../../lambda/notify/https/retry-after.ts';
import { LOOPBACK_CERTIFICATE } from './loopback-certificate.ts';
import { answerWith, type LoopbackServer, startLoopbackServer, toLoopback } from './loopback-server.ts';

const NOW = new Date('2026-11-20T14:00:00Z');
const PATH = '/services/T0000/B0000/verysecretpart';

let server: LoopbackServer;

beforeEach(async () => {
  server = await startLoopbackServer();
});

afterEach(() => server.stop());

const post = createPostJson({ resolve: toLoopback, ca: LOOPBACK_CERTIFICATE, now: () => NOW });
const url = (path = PATH): string => `https://hooks.example.test:${server.port}${path}`;
const send = (milliseconds = 5000): Promise<string> =>
  post({ url: url(), body: '{"a":1}' }, AbortSignal.timeout(milliseconds));

async function failureOf(sending: Promise<string>): Promise<NotTakenError> {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof NotTakenError) return error;
  throw new Error(`It should have been refused: ${String(error)}`);
}

test('a body arrives as JSON, and the answer is told in one line', async () => {
  server.answer = answerWith(200, 'ok\nthanks');
  expect(await send()).toBe('HTTP 200: ok�thanks');
  expect(server.requests).toMatchObject([
    {
      method: 'POST',
      url: PATH,
      body: '{"a":1}',
      headers: { 'content-type': 'application/json; charset=utf-8', host: `hooks.example.test:${server.port}` },
    },
  ]);
});

test('an answer that is no success is a failure with its status', async () => {
  server.answer = answerWith(500, 'out of order');
  expect((await failureOf(send())).message).toBe('HTTP 500: out of order');
});

test('429 with Retry-After says how long to wait', async () => {
  server.answer = answerWith(429, '', { 'retry-after': '1800' });
  expect(await failureOf(send())).toMatchObject({ message: 'HTTP 429', retryAfterSeconds: 1800 });
});

test('a redirect to a private address is not followed', async () => {
  const inside = await startLoopbackServer();
  try {
    server.answer = answerWith(307, '', { location: `https://127.0.0.1:${inside.port}/latest/meta-data/` });
    expect((await failureOf(send())).message).toBe('HTTP 307: redirects are not followed.');
    expect(inside.requests).toEqual([]);
  } finally {
    await inside.stop();
  }
});

test('a server that never answers fails by time', async () => {
  server.answer = () => undefined;
  expect((await failureOf(send(200))).message).toBe('The server did not answer in time.');
});

test('a server that answers one byte a while fails by time', async () => {
  server.answer = (response) => {
    response.writeHead(200);
    response.write('o');
  };
  expect((await failureOf(send(200))).message).toBe('The server did not answer in time.');
});

test('a look-up that hangs fails by time', async () => {
  const hanging = createPostJson({ resolve: () => new Promise(() => undefined) });
  const failure = await failureOf(hanging({ url: url(), body: '' }, AbortSignal.timeout(100)));
  expect(failure.message).toBe('The server did not answer in time.');
});

test('a connection that is reset fails, and the error names no host', async () => {
  server.answer = (_response, _request, socket) => socket.destroy();
  expect((await failureOf(send())).message).toBe('The server could not be reached (ECONNRESET).');
});

test('nothing is sent to a server whose certificate is not trusted', async () => {
  const strict = createPostJson({ resolve: toLoopback });
  const failure = await failureOf(strict({ url: url(), body: '' }, AbortSignal.timeout(5000)));
  expect(failure.message).toBe('The server could not be reached (DEPTH_ZERO_SELF_SIGNED_CERT).');
  expect(server.requests).toEqual([]);
});

test('of an answer without end only the beginning is read', async () => {
  server.answer = (response) => {
    response.writeHead(200);
    const fill = (): void => {
      while (response.writable && response.write('x'.repeat(1024))) if (response.destroyed) return;
    };
    response.on('drain', fill);
    fill();
  };
  expect((await send()).length).toBeLessThan(250);
});

test('an answer that repeats the URL, a part of it or another secret shows none of them', async () => {
  server.answer = (response, request) =>
    response.writeHead(404).end(`no ${request.url} at ${url()}; verysecretpart; key ${request.headers.authorization}`);
  const sending = post(
    { url: url(), body: '', headers: { authorization: 'Bearer 0123456789' }, secrets: ['Bearer 0123456789'] },
    AbortSignal.timeout(5000),
  );
  const { message } = await failureOf(sending);
  expect(message).toContain('***');
  expect(message).not.toMatch(/verysecretpart|0123456789/);
});

test.each([
  'http://hooks.example.test/x',
  'https://user:pw@hooks.example.test/',
  'file:///etc/passwd',
  'verysecret',
  '',
])('the URL %j is refused, and not repeated', async (text) => {
  const { message } = await failureOf(post({ url: text, body: '' }, AbortSignal.timeout(1000)));
  expect(message).toBe('The secret holds no https URL without user and password.');
});

describe('without an injected resolver', () => {
  const real = createPostJson({ ca: LOOPBACK_CERTIFICATE });

  test.each(['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1'])(
    'the host %s is refused before anything is sent',
    async (host) => {
      const failure = await failureOf(
        real({ url: `https://${host}:${server.port}/`, body: '' }, AbortSignal.timeout(5000)),
      );
      expect(failure.message).toBe('The host has an address that is not public. Nothing was sent there.');
      expect(server.requests).toEqual([]);
    },
  );

  test('a host that is looked up to a private address is refused', async () => {
    await expect(resolvePublic('localhost')).rejects.toThrow('not public');
  });
});

test('the address that was checked is the one that is connected to, though a second look-up would differ', async () => {
  const other = await startLoopbackServer();
  let lookups = 0;
  const rebinding = createPostJson({
    ca: LOOPBACK_CERTIFICATE,
    resolve: async () => [{ address: ++lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }],
  });
  try {
    expect(await rebinding({ url: url(), body: '' }, AbortSignal.timeout(5000))).toBe('HTTP 200: ok');
    expect(lookups).toBe(1);
    expect(server.requests).toHaveLength(1);
  } finally {
    await other.stop();
  }
});

test.each([
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '127.0.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '192.0.0.8',
  '::1',
  '::',
  'fe80::1',
  'fd00:ec2::254',
  'fc00::1',
  'ff02::1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::a00:1',
  '64:ff9b:1::1',
  '2002:a00:1::',
  '2001::1',
  'fec0::1',
  '2001:db8::1',
  'not an address',
])('%s is no address of the internet', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '52.94.236.248', '2600:1f18::1', '2a05:d018::1'])(
  '%s is an address of the internet',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each<[string | undefined, number | undefined]>([
  ['120', 120],
  ['Fri, 20 Nov 2026 14:05:00 GMT', 300],
  ['Fri, 20 Nov 2026 13:00:00 GMT', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s is %s seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, NOW)).toBe(seconds);
});
