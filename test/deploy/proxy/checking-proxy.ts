import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AskedRight, AwsCall } from './asked-right.ts';
import { refusal } from './refused.ts';
import { rightsOfCall } from './rights-of-call.ts';
import { rightsWhenMissing } from './rights-of-s3.ts';

/** Says whether a principal may do all of it. */
export type Judge = (principal: string, call: AwsCall, rights: readonly AskedRight[]) => Promise<boolean>;

export interface CheckingProxyOptions {
  /** Where the calls go that may be made. */
  readonly target: string;
  readonly port: number;
  readonly judge: Judge;
  /** Hears of each call that was let through. */
  readonly heard?: (held: HeldCall) => void;
  /** The account whose call it is to be for the emulator, where that isn't the caller's. */
  readonly accountFor?: (call: AwsCall) => string | undefined;
  /** Hears of a call that the proxy doesn't understand, or couldn't pass on. */
  readonly failed: (error: Error) => void;
}

export interface CheckingProxy {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** A call of a principal that is held against its policies. */
export interface HeldCall {
  readonly principal: string;
  readonly call: AwsCall;
  readonly rights: readonly AskedRight[];
}

/** `AWS4-HMAC-SHA256 Credential=KEY/20261126/eu-central-1/dynamodb/aws4_request, …` */
const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;
/** An access key id that names its principal: the account, and a role or managed policy of it. */
const NAMED = /^(\d{12})\.(.+)$/;

/** The access key id with which calls are held against the policies of a principal. */
export function accessKeyOf(account: string, principal: string): string {
  return `${account}.${principal}`;
}

/**
 * Stands before the emulator, which enforces no policy. Calls whose access key id names a principal are refused where its
 * policies don't allow them; all others (of CloudFormation, of the test itself) pass.
 */
export async function startCheckingProxy(options: CheckingProxyOptions): Promise<CheckingProxy> {
  const { target, port, judge, heard, accountFor, failed } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      failed(error instanceof Error ? error : new Error(String(error)));
      if (!outgoing.headersSent) outgoing.writeHead(501);
      outgoing.end();
    });
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const { 'transfer-encoding': _, expect: __, ...headers } = incoming.headers;
    const held = readHeld(incoming, body, target);
    if (held !== undefined) {
      if (!(await judge(held.principal, held.call, held.rights))) return refuse(outgoing, held, held.rights);
      heard?.(held);
      // The emulator knows an account by an access key id of twelve digits.
      const account = accountFor?.(held.call) ?? held.call.account;
      headers.authorization = headers.authorization?.replace(/Credential=[^/]+/, `Credential=${account}`);
    }
    const answered = await passOn(incoming, headers, body);
    const content = Buffer.concat(await answered.toArray());
    if (held !== undefined && answered.statusCode === 404) {
      const rights = rightsWhenMissing(held.call);
      if (!(await judge(held.principal, held.call, rights))) return refuse(outgoing, held, rights);
    }
    const { 'transfer-encoding': ___, ...answeredHeaders } = answered.headers;
    outgoing.writeHead(answered.statusCode ?? 502, answeredHeaders).end(content);
  }

  async function passOn(
    incoming: IncomingMessage,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<IncomingMessage> {
    for (;;) {
      const asked = httpRequest(new URL(incoming.url ?? '', target), {
        method: incoming.method,
        headers: { ...headers, 'content-length': body.length },
        agent,
      });
      asked.end(body);
      try {
        // The event has the response alone.
        const [answered] = (await once(asked, 'response')) as [IncomingMessage];
        return answered;
      } catch (error) {
        // The emulator has closed a connection that was idle, and nobody has read this call.
        const isStale = error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && asked.reusedSocket;
        if (!isStale) throw error;
      }
    }
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on an address has an AddressInfo.
  const { port: bound } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${bound}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

/** @returns nothing for a call that is held against no policies. @throws Error for one that isn't known here. */
function readHeld(incoming: IncomingMessage, body: Buffer, target: string): HeldCall | undefined {
  const [, accessKey = '', region = '', service = ''] = CREDENTIAL.exec(incoming.headers.authorization ?? '') ?? [];
  const [, account, principal = ''] = NAMED.exec(accessKey) ?? [];
  if (account === undefined) return undefined;
  const call: AwsCall = {
    account,
    region,
    service,
    method: incoming.method ?? '',
    url: new URL(incoming.url ?? '', target),
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()])),
    body,
  };
  return { principal, call, rights: rightsOfCall(call) };
}

function refuse(outgoing: ServerResponse, { principal, call }: HeldCall, rights: readonly AskedRight[]): void {
  const message = `${principal} is not authorized to perform ${rights.map(({ action }) => action).join(', ')}`;
  const { status, headers, body } = refusal(call.service, message);
  outgoing.writeHead(status, headers).end(body);
}
