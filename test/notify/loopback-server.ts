import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Resolver } from '../../lambda/notify/https/public-addresses.ts';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-certificate.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server does with a request. */
export type Answering = (response: ServerResponse, request: ReceivedRequest, socket: Socket) => void;

/** A real HTTPS server on the loopback interface. */
export interface LoopbackServer {
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Set, it answers so; otherwise with 200 and `ok`. */
  answer: Answering;
  stop(): Promise<void>;
}

export const answerWith =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    response.writeHead(status, headers).end(body);

/** Resolves every host to the loopback interface, which only tests do. */
export const toLoopback: Resolver = async () => [{ address: '127.0.0.1', family: 4 }];

export async function startLoopbackServer(): Promise<LoopbackServer> {
  const requests: ReceivedRequest[] = [];
  const state = { answer: answerWith(200, 'ok') };
  const server = createServer({ cert: LOOPBACK_CERTIFICATE, key: LOOPBACK_KEY }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(request);
      state.answer(response, request, incoming.socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get answer() {
      return state.answer;
    },
    set answer(answer) {
      state.answer = answer;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
