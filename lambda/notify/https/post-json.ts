import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { printable } from '../../shared/printable.ts';
import { NotTakenError } from '../errors/not-taken-error.ts';
import { AddressRefusedError, type Resolver, resolvePublic } from './public-addresses.ts';
import { retryAfterSeconds } from './retry-after.ts';

export interface PostJsonOptions {
  /** Default: the system's, which refuses hosts that aren't public. */
  readonly resolve?: Resolver;
  /** Certificates in place of those of the system. */
  readonly ca?: string;
  readonly now?: () => Date;
}

export interface JsonPost {
  /** A secret: it stands in no error. */
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is replaced in the server's answer, in addition to the URL. */
  readonly secrets?: readonly string[];
}

/** Sends a JSON body. @returns the status and the beginning of the answer. @throws NotTakenError. */
export type PostJson = (post: JsonPost, signal: AbortSignal) => Promise<string>;

/** Bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 2048;
const MAX_ANSWER_LENGTH = 200;

/** Secrets that are shorter than this would take ordinary words out of an answer. */
const MIN_SECRET_LENGTH = 6;

/**
 * Posts to a server on the internet: over TLS only, to an address that was checked, and without following redirects,
 * which could lead to one that wasn't.
 */
export function createPostJson({
  resolve = resolvePublic,
  ca,
  now = () => new Date(),
}: PostJsonOptions = {}): PostJson {
  return async (post, signal) => {
    const url = checkedUrl(post.url);
    const addresses = await unlessAborted(resolve(url.hostname), signal).catch((error: unknown) => {
      throw reachError(error, signal);
    });
    // The connection goes to the addresses that were checked: a second look-up could have another result.
    const lookup: LookupFunction = (_host, options, callback) => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family);
    };
    const answer = await send({ url, post, lookup, ca, signal });
    const text = withoutSecrets(printable(answer.body, MAX_ANSWER_LENGTH), [
      post.url,
      ...partsOf(url),
      ...(post.secrets ?? []),
    ]);
    const said = `HTTP ${answer.status}${text === '' ? '' : `: ${text}`}`;
    if (answer.status >= 200 && answer.status < 300) return said;
    const isRedirect = answer.status >= 300 && answer.status < 400;
    throw new NotTakenError(isRedirect ? `HTTP ${answer.status}: redirects are not followed.` : said, {
      retryAfterSeconds: retryAfterSeconds(answer.retryAfter, now()),
    });
  };
}

interface Answer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: string;
}

interface Sending {
  readonly url: URL;
  readonly post: JsonPost;
  readonly lookup: LookupFunction;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

function send({ url, post: { body, headers }, lookup, ca, signal }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(reachError(error, signal));
    const outgoing = request(
      url,
      {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json; charset=utf-8',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'trailwarden',
        },
        lookup,
        // A connection that is kept would outlive the check of its address.
        agent: false,
        signal,
        ...(ca !== undefined && { ca }),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const end = (): void => {
          const { statusCode = 0, headers } = incoming;
          const text = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
          resolve({
            status: statusCode,
            body: text,
            ...(headers['retry-after'] && { retryAfter: headers['retry-after'] }),
          });
          incoming.destroy();
        };
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes >= MAX_ANSWER_BYTES) end();
        });
        incoming.on('end', end);
        incoming.on('error', fail);
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

/** @throws NotTakenError that doesn't repeat the text: it is a secret. */
function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new NotTakenError('The secret holds no https URL without user and password.');
  }
  return url;
}

/** An error that says what failed and repeats nothing that came from the secret, such as a host. */
function reachError(error: unknown, signal: AbortSignal): Error {
  if (error instanceof NotTakenError) return error;
  if (error instanceof AddressRefusedError) return new NotTakenError(error.message);
  if (signal.aborted) return new NotTakenError('The server did not answer in time.');
  const code =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'unknown';
  return new NotTakenError(`The server could not be reached (${printable(code, 60)}).`);
}

async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('aborted'));
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A server may repeat what it was asked for. The path and the query of a webhook's URL are what gives access. */
function partsOf({ pathname, search }: URL): readonly string[] {
  return [pathname + search, pathname, search, ...pathname.split('/'), ...new URLSearchParams(search).values()];
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}
