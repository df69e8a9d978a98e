import { request } from 'node:http';
import { connect } from 'node:net';
import { type PageServer, startPageServer } from '../../../ui/server/page-server.ts';
import { Sessions } from '../../../ui/server/sessions.ts';

/** Threats of a loopback page, as docs/security.md lists them. */

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

let clock = 0;
let server: PageServer;
let host: string;
/** Told by the answer `slow`: that it was asked, and that whoever asked has left. */
let asked: () => void;
let left: () => void;

beforeEach(async () => {
  clock = 1_000;
  server = await startPageServer({
    files: new Map([['index.html', { type: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html>') }]]),
    answers: {
      echo: async (asked) => ({ asked }),
      slow: (_, isGone) =>
        new Promise((resolve) => {
          isGone?.addEventListener('abort', () => {
            left();
            resolve({});
          });
          asked();
        }),
      broken: async () => {
        throw new Error('it broke');
      },
    },
    explain: async (error) => ({ kind: 'failed', message: error instanceof Error ? error.message : '' }),
    now: () => clock,
  });
  host = new URL(server.origin).host;
});
afterEach(() => server.stop());

/** A request as any program may make it: a browser sets some of these headers itself. */
function send(
  path: string,
  {
    method = 'POST',
    headers = {},
    body = '{}',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: new URL(server.origin).port,
        path,
        method,
        headers,
        setHost: headers.Host === undefined,
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(method === 'POST' ? body : undefined);
  });
}

/** What the page itself sends. */
const OWN = { 'Content-Type': 'application/json', 'X-Trailwarden': '1', 'Sec-Fetch-Site': 'same-origin' };

async function openSession(): Promise<{ readonly cookie: string; readonly key: string; readonly setCookie: string }> {
  const token = server.sessions.issueToken();
  const { status, headers, body } = await send('/api/session', { headers: OWN, body: JSON.stringify({ token }) });
  expect(status).toBe(200);
  const [setCookie = ''] = headers['set-cookie'] ?? [];
  return { setCookie, cookie: setCookie.split(';')[0] ?? '', key: JSON.parse(body).key };
}

const withSession = ({ cookie, key }: { cookie: string; key: string }) => ({
  ...OWN,
  Cookie: cookie,
  'X-Trailwarden': key,
});

test('the page listens on 127.0.0.1 alone: no other address of this machine answers', async () => {
  const connectTo = (address: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(server.origin).port), address);
      socket.once('connect', () => resolve('connected')).once('error', () => resolve('refused'));
      socket.once('close', () => socket.destroy());
      socket.setTimeout(1_000, () => resolve('refused'));
    });
  expect(await connectTo('127.0.0.1')).toBe('connected');
  expect(await connectTo('127.0.0.2')).toBe('refused');
});

test('a window with the token of a minute ago asks, and gets answers', async () => {
  const session = await openSession();
  const { status, body } = await send('/api/echo', { headers: withSession(session), body: '{"a":1}' });
  expect({ status, body: JSON.parse(body) }).toEqual({ status: 200, body: { asked: { a: 1 } } });
});

describe('a page of another origin', () => {
  test.each([
    ['a cross-site page', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another port of this host', { 'Sec-Fetch-Site': 'same-site' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
  ])('is refused where the browser names it: %s', async (_, site) => {
    const session = await openSession();
    expect((await send('/api/echo', { headers: { ...withSession(session), ...site } })).status).toBe(403);
  });

  test('is refused by its origin where the browser has no Sec-Fetch-Site, and ours is not', async () => {
    const session = await openSession();
    const { 'Sec-Fetch-Site': _, ...headers } = withSession(session);
    const status = async (more: Record<string, string>) =>
      (await send('/api/echo', { headers: { ...headers, ...more } })).status;
    expect(await status({})).toBe(403);
    expect(await status({ Origin: 'http://attacker.example' })).toBe(403);
    expect(await status({ Origin: 'null' })).toBe(403);
    expect(await status({ Origin: `http://localhost:${new URL(server.origin).port}` })).toBe(403);
    expect(await status({ Origin: server.origin })).toBe(200);
  });

  test('is refused without our header, which a form can’t send and a script of another origin may not', async () => {
    const session = await openSession();
    const { 'X-Trailwarden': _, ...headers } = withSession(session);
    expect((await send('/api/echo', { headers })).status).toBe(403);
    expect((await send('/api/session', { headers, body: '{"token":"x"}' })).status).toBe(403);
  });

  test('is refused with what a form can send: GET, and bodies that aren’t JSON', async () => {
    const session = await openSession();
    expect((await send('/api/echo', { method: 'GET', headers: withSession(session) })).status).toBe(405);
    const form = { ...withSession(session), 'Content-Type': 'text/plain' };
    expect((await send('/api/echo', { headers: form })).status).toBe(415);
  });

  test('gets no leave to ask: a preflight is refused without a word of CORS', async () => {
    const { status, headers } = await send('/api/echo', {
      method: 'OPTIONS',
      headers: { Origin: 'http://attacker.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(status).toBe(405);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test.each(['attacker.example', 'localhost', '127.0.0.1', '127.0.0.1:1'])(
  'a name that leads to this machine is no host of ours (DNS rebinding): %s',
  async (other) => {
    const session = await openSession();
    expect((await send('/api/echo', { headers: { ...withSession(session), Host: other } })).status).toBe(421);
    expect((await send('/', { method: 'GET', headers: { Host: other } })).status).toBe(421);
  },
);

describe('the token', () => {
  test('is good once', async () => {
    const token = server.sessions.issueToken();
    const exchange = () => send('/api/session', { headers: OWN, body: JSON.stringify({ token }) });
    expect((await exchange()).status).toBe(200);
    const again = await exchange();
    expect({ status: again.status, error: JSON.parse(again.body).error.kind }).toEqual({
      status: 401,
      error: 'expired',
    });
  });

  test('is over after a minute', async () => {
    const [token, other] = [server.sessions.issueToken(), server.sessions.issueToken()];
    const status = async (body: unknown) =>
      (await send('/api/session', { headers: OWN, body: JSON.stringify(body) })).status;
    clock += 59_999;
    expect(await status({ token })).toBe(200);
    clock += 1;
    expect(await status({ token: other })).toBe(401);
  });

  test.each([[{}], [{ token: 7 }], [{ token: '' }], [null], [[]]])('is nothing else: %j', async (body) => {
    server.sessions.issueToken();
    expect((await send('/api/session', { headers: OWN, body: JSON.stringify(body) })).status).toBe(401);
  });
});

describe('the session', () => {
  test('has a cookie that no script reads and no other site sends, named by the port', async () => {
    const { setCookie } = await openSession();
    expect(setCookie).toMatch(
      new RegExp(`^trailwarden-${new URL(server.origin).port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
  });

  test('needs its key beside the cookie, which a browser sends to every port of 127.0.0.1', async () => {
    const [session, other] = [await openSession(), await openSession()];
    const status = async (headers: Record<string, string>) => (await send('/api/echo', { headers })).status;
    expect(await status(withSession(session))).toBe(200);
    expect(await status({ ...withSession(session), 'X-Trailwarden': '1' })).toBe(401);
    expect(await status(withSession({ ...session, key: other.key }))).toBe(401);
    expect(await status({ ...OWN, 'X-Trailwarden': session.key })).toBe(401);
    expect(await status(withSession({ ...session, cookie: `${session.cookie}x` }))).toBe(401);
  });

  test('is asked for before anything is read: a call without one is answered with how to go on', async () => {
    const { status, body } = await send('/api/broken', { headers: OWN });
    expect({ status, error: JSON.parse(body).error.kind }).toEqual({ status: 401, error: 'expired' });
  });

  test('ends with the server', async () => {
    const session = await openSession();
    server.sessions.endAll();
    expect((await send('/api/echo', { headers: withSession(session) })).status).toBe(401);
  });

  test('makes way where there are too many, the oldest first', () => {
    const sessions = new Sessions(() => 0);
    const opened = Array.from({ length: 33 }, () => sessions.exchange(sessions.issueToken()));
    expect(opened.map((it) => sessions.isOpen(it?.cookie, it?.key))).toEqual([
      false,
      ...opened.slice(1).map(() => true),
    ]);
  });
});

test('every answer, refusals too, may load nothing from elsewhere, be framed, sniffed, kept or told of', async () => {
  const session = await openSession();
  const answers = [
    await send('/', { method: 'GET' }),
    await send('/nothing.js', { method: 'GET' }),
    await send('/api/echo', { headers: withSession(session) }),
    await send('/api/broken', { headers: withSession(session) }),
    await send('/api/echo'),
    await send('/', { method: 'GET', headers: { Host: 'attacker.example' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 500, 403, 421]);
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

test('files are those of the page, by their names: no path leads out of them', async () => {
  const status = async (path: string) => (await send(path, { method: 'GET' })).status;
  expect(await status('/explore?since=x')).toBe(200);
  for (const path of ['/../package.json', '/%2e%2e/package.json', '//etc/passwd', '/index.html/..', '/constructor']) {
    expect({ path, status: await status(path) }).toEqual({ path, status: 404 });
  }
  expect((await send('/', { method: 'POST' })).status).toBe(405);
});

test('a question that nobody knows, or that is no JSON, or too large, is refused in words', async () => {
  const session = await openSession();
  const ask = async (name: string, body: string) => {
    const answered = await send(`/api/${name}`, { headers: withSession(session), body });
    return [answered.status, JSON.parse(answered.body).error.message];
  };
  expect(await ask('nothing', '{}')).toEqual([404, 'There is no question nothing.']);
  expect(await ask('constructor', '{}')).toEqual([404, 'There is no question constructor.']);
  expect(await ask('__proto__', '{}')).toEqual([404, 'There is no question __proto__.']);
  expect(await ask('echo', '{')).toEqual([400, 'The question is not JSON.']);
  expect(await ask('echo', `"${'x'.repeat(600_000)}"`)).toEqual([400, 'A question has at most 524288 bytes.']);
  expect(await ask('broken', '{}')).toEqual([500, 'it broke']);
});

test('an answer is told when whoever asked has left', async () => {
  const session = await openSession();
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const hasLeft = new Promise<void>((resolve) => {
    left = resolve;
  });
  const window = request({
    host: '127.0.0.1',
    port: new URL(server.origin).port,
    path: '/api/slow',
    method: 'POST',
    headers: withSession(session),
  });
  window.on('error', () => undefined);
  window.end('{}');
  await isAsked;
  window.destroy();
  await hasLeft;
});

test('only those with a session keep the page up', async () => {
  clock = 5_000;
  await send('/', { method: 'GET' });
  await send('/api/echo', { headers: OWN });
  expect(server.lastCall()).toBe(1_000);
  const session = await openSession();
  clock = 9_000;
  await send('/api/echo', { headers: withSession(session) });
  expect(server.lastCall()).toBe(9_000);
  expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
});
