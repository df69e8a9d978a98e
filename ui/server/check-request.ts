import type { IncomingMessage } from 'node:http';

/** Why a request isn't answered. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** What a page of another origin can't send without being asked for leave first, which nobody gives. */
export const OWN_HEADER = 'x-trailwarden';

/**
 * A name that somebody else's DNS leads to 127.0.0.1 (rebinding) is not our host, and so is no other spelling.
 * @param host the one that the server listens on, `127.0.0.1:PORT`.
 */
export function refuseHost({ headers }: Pick<IncomingMessage, 'headers'>, host: string): Refusal | undefined {
  return headers.host === host
    ? undefined
    : { status: 421, reason: `This is ${host}, and the request names another host.` };
}

/**
 * What every call of the API needs, those that read too: our own header, and the browser's word that a page of this
 * origin makes it. Calls are POST, so that a browser without Sec-Fetch-Site names its origin.
 */
export function refuseCall(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  host: string,
): Refusal | undefined {
  if (method !== 'POST') return { status: 405, reason: 'Questions are asked by POST.' };
  if (headers[OWN_HEADER] === undefined) return { status: 403, reason: 'The header X-Trailwarden is missing.' };
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined ? headers.origin === `http://${host}` : site === 'same-origin';
  if (!isOwn) return { status: 403, reason: 'A page of another origin asks.' };
  if (headers['content-type'] !== 'application/json') return { status: 415, reason: 'Questions are JSON.' };
  return undefined;
}
