import { buildApp } from 'fauxqs';
import { REGION } from './endpoints.ts';
import type { Stores } from './fauxqs-stores.ts';

export interface Request {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface Reply {
  readonly statusCode: number;
  code(status: number): Reply;
  type(contentType: string): Reply;
  send(payload?: string): Reply;
}

/**
 * What we use of the Fastify instance that fauxqs builds: its own declaration of it doesn't resolve.
 *
 * Hooks call `done` before they return. fauxqs' handlers send and return nothing, which Fastify takes for a second,
 * empty reply if the first one still waits for a hook.
 */
export interface App {
  /** A hook that has sent the reply doesn't call `done`. */
  addHook(name: 'preHandler', hook: (request: Request, reply: Reply, done: () => void) => void): unknown;
  addHook(name: 'onSend', hook: (request: Request, reply: Reply, payload: unknown, done: () => void) => void): unknown;
  /** @returns the address, as a URL */
  listen(options: { readonly port: number; readonly host: string }): Promise<string>;
  close(): Promise<void>;
}

export function createApp(stores: Stores): App {
  return buildApp({ logger: false, defaultRegion: REGION, stores });
}
