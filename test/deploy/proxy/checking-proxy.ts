import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AskedRight, AwsCall } from './asked-right.ts';
import { refusal } from './refused.ts';
import { rightsOfCall } from './rights-of-call.ts';

/** Says whether a principal may do all of it. */
export type Judge = (principal: string, call: AwsCall, rights: readonly AskedRight[]) => Promise<boolean>;

export interface CheckingProxyOptions {
  /** Where the calls go that may be made. */
  readonly target: string;
  readonly port: number;
  readonly judge: Judge;
  /** Hears of each call that was let through. */
  readonly heard?: (call: AwsCall) => void;
  /** Hears of a call that the proxy doesn't understand, or couldn't pass on. */
  readonly failed: (error: Error) => void;
}

export interface CheckingProxy {
  readonly endpoint: string;
  stop(): Promise<void>;
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
export async function startCheckingProxy({
  target,
  port,
  judge,
  heard,
  failed,
}: CheckingProxyOptions): Promise<CheckingProxy> {
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
    const { authorization = '' } = incoming.headers;
    const [, accessKey = '', region = '', service = ''] = CREDENTIAL.exec(authorization) ?? [];
    const [, account, principal = ''] = NAMED.exec(accessKey) ?? [];
    const headers = { ...incoming.headers };
    if (account !== undefined) {
      const call: AwsCall = {
        account,
        region,
        service,
        method: incoming.method ?? '',
        url: new URL(incoming.url ?? '', target),
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
        body,
      };
      const rights = rightsOfCall(call);
      if (!(await judge(principal, call, rights))) {
        const message = `${principal} is not authorized to perform ${rights.map(({ action }) => action).join(', ')}`;
        const refused = refusal(service, message);
        outgoing.writeHead(refused.status, refused.headers).end(refused.body);
        return;
      }
      heard?.(call);
      // The emulator knows an account by an access key id of twelve digits.
      headers.authorization = authorization.replace(accessKey, account);
    }
    await passOn(incoming, outgoing, headers, body);
  }

  async function passOn(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    headers: IncomingMessage['headers'],
    body: Buffer,
  ): Promise<void> {
    const { 'transfer-encoding': _, ...rest } = headers;
    const asked = httpRequest(new URL(incoming.url ?? '', target), {
      method: incoming.method,
      headers: { ...rest, 'content-length': body.length },
      agent,
    });
    asked.end(body);
    const [answered]: [IncomingMessage] = (await once(asked, 'response')) as [IncomingMessage];
    outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
    for await (const chunk of answered) outgoing.write(chunk);
    outgoing.end();
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
