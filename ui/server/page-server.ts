import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageError } from '../protocol/page-error.ts';
import { isViewPath } from '../protocol/view-paths.ts';
import { OWN_HEADER, type Refusal, refuseCall, refuseHost } from './check-request.ts';
import type { PageFile } from './page-files.ts';
import { BadBody, readJsonBody } from './read-body.ts';
import { RESPONSE_HEADERS } from './response-headers.ts';
import { Sessions } from './sessions.ts';

/**
 * Answers one question of the page. It checks what is asked: the body is whatever somebody sent.
 * @param isGone aborted when whoever asked has left: what is read after that, nobody sees.
 */
export type Answer = (asked: unknown, isGone?: AbortSignal) => Promise<unknown>;

export interface PageServerOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  /** By the question's name, which is the last part of its address. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** What an error of an answer means for the person before the page. */
  readonly explain: (error: unknown) => Promise<PageError>;
  readonly now: () => number;
}

export interface PageServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly sessions: Sessions;
  /** When somebody with a session last asked something, in milliseconds of `now`. */
  lastCall(): number;
  stop(): Promise<void>;
}

const API = '/api/';
const SESSION = '/api/session';

/** Serves the page on 127.0.0.1 and a random port. docs/security.md says what stands against whom. */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const sessions = new Sessions(options.now);
  const server = createServer();
  await listen(server);
  // A server that listens on an address and a port says them.
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  let lastCall = options.now();
  const noteCall = () => {
    lastCall = options.now();
  };
  const world = { ...options, sessions, host, cookieName: `trailwarden-${port}`, noteCall };
  server.on('request', (request, response) => {
    // Whoever asked is gone, or the connection is: there is nobody to tell.
    respond(world, request, response).catch(() => response.destroy());
  });
  return {
    origin: `http://${host}`,
    sessions,
    lastCall: () => lastCall,
    stop: () =>
      new Promise((resolve) => {
        sessions.endAll();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
}

interface World extends PageServerOptions {
  readonly sessions: Sessions;
  readonly host: string;
  readonly cookieName: string;
  readonly noteCall: () => void;
}

async function respond(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const told = await replyTo(world, request, gone.signal);
  if (response.headersSent || response.destroyed) return;
  const { status, type, body, cookie } = told;
  response.writeHead(status, {
    ...RESPONSE_HEADERS,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...(cookie !== undefined && { 'Set-Cookie': cookie }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly cookie?: string;
}

async function replyTo(world: World, request: IncomingMessage, isGone: AbortSignal): Promise<Reply> {
  const otherHost = refuseHost(request, world.host);
  if (otherHost !== undefined) return refused(otherHost);
  const [path = '/'] = (request.url ?? '/').split('?');
  if (!path.startsWith(API)) return fileOf(world, request, path);
  const refusal = refuseCall(request, world.host);
  if (refusal !== undefined) return refused(refusal);
  try {
    return path === SESSION
      ? openSession(world, await readJsonBody(request))
      : await answerOf(world, request, { name: path.slice(API.length), isGone });
  } catch (error) {
    if (error instanceof BadBody) return failed(400, { kind: 'bad-question', message: error.message });
    const told = await world.explain(error);
    return failed(told.kind === 'bad-question' ? 400 : 500, told);
  }
}

async function answerOf(
  world: World,
  request: IncomingMessage,
  { name, isGone }: { readonly name: string; readonly isGone: AbortSignal },
): Promise<Reply> {
  if (!isOpen(world, request)) return failed(401, EXPIRED);
  world.noteCall();
  const asked = await readJsonBody(request);
  const answer = Object.hasOwn(world.answers, name) ? world.answers[name] : undefined;
  if (answer === undefined) return failed(404, { kind: 'bad-question', message: `There is no question ${name}.` });
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(await answer(asked, isGone)) };
}

const EXPIRED: PageError = { kind: 'expired', message: 'This session is over.' };

function openSession({ sessions, cookieName }: World, asked: unknown): Reply {
  const token = typeof asked === 'object' && asked !== null && 'token' in asked ? asked.token : undefined;
  const opened = typeof token === 'string' ? sessions.exchange(token) : undefined;
  if (opened === undefined) return failed(401, EXPIRED);
  return {
    status: 200,
    type: JSON_TYPE,
    body: JSON.stringify({ key: opened.key }),
    cookie: `${cookieName}=${opened.cookie}; HttpOnly; SameSite=Strict; Path=/`,
  };
}

function isOpen({ sessions, cookieName }: World, { headers }: IncomingMessage): boolean {
  const cookie = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${cookieName}=`))
    ?.slice(cookieName.length + 1);
  const key = headers[OWN_HEADER];
  return sessions.isOpen(cookie, Array.isArray(key) ? undefined : key);
}

/** Files hold nothing of the deployment: they need no session. */
function fileOf({ files }: World, { method }: IncomingMessage, path: string): Reply {
  if (method !== 'GET' && method !== 'HEAD') return refused({ status: 405, reason: 'Files are read.' });
  const file = files.get(isViewPath(path) ? 'index.html' : path.slice(1));
  return file === undefined ? refused({ status: 404, reason: 'There is no such file.' }) : { status: 200, ...file };
}

const JSON_TYPE = 'application/json; charset=utf-8';

function refused({ status, reason }: Refusal): Reply {
  return failed(status, { kind: 'refused', message: reason });
}

function failed(status: number, error: PageError): Reply {
  return { status, type: JSON_TYPE, body: JSON.stringify({ error }) };
}
