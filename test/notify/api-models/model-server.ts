import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { type ApiModel, apiModel, faultsOf } from './api-model.ts';

/** A call that was refused, as the service would. */
class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** EventBridge and Security Hub on the loopback interface, as far as their models and guides tell how they answer. */
export interface ModelServer {
  readonly endpoint: string;
  /** Entries that a bus has taken, in their order. */
  readonly events: readonly { readonly bus: string; readonly detailType: string; readonly detail: unknown }[];
  /** Findings by their ids; a later import of an id replaces it. */
  readonly findings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Every finding that was imported, in the order of the calls. */
  readonly imports: readonly Readonly<Record<string, unknown>>[];
  /** How many findings each call of BatchImportFindings had. */
  readonly batches: readonly number[];
  /** Why calls were refused. */
  readonly refusals: readonly string[];
  stop(): Promise<void>;
}

export interface ModelServerOptions {
  /** The caller's account. */
  readonly account: string;
  /** Ids of findings that Security Hub refuses in an answer of success. */
  readonly refuses?: (id: string) => boolean;
}

const KILOBYTE = 1024;
const MAX_FINDING_BYTES = 240 * KILOBYTE;
const MAX_IMPORT_BYTES = 6 * KILOBYTE ** 2;
const MAX_PUT_BYTES = KILOBYTE ** 2;

const entries = z.object({
  Entries: z.array(z.object({ EventBusName: z.string(), DetailType: z.string(), Detail: z.string() })),
});
const findingsSchema = z.object({
  Findings: z.array(z.looseObject({ Id: z.string(), AwsAccountId: z.string(), ProductArn: z.string() })),
});

/**
 * Bounds that no model holds are those of the services' guides: EventBridge's PutEvents takes 1 MB, Security Hub 240 KB a
 * finding and 6 MB a call, of the caller's own account, and each time as ISO 8601.
 */
export async function startModelServer({ account, refuses = () => false }: ModelServerOptions): Promise<ModelServer> {
  const events: { bus: string; detailType: string; detail: unknown }[] = [];
  const findings = new Map<string, Readonly<Record<string, unknown>>>();
  const imports: Readonly<Record<string, unknown>>[] = [];
  const batches: number[] = [];
  const refusals: string[] = [];

  const putEvents = (body: string): object => {
    if (Buffer.byteLength(body) > MAX_PUT_BYTES) throw new Refusal('ValidationException', 'over 1 MB');
    return {
      FailedEntryCount: 0,
      Entries: entries.parse(JSON.parse(body)).Entries.map(({ EventBusName, DetailType, Detail }) => {
        const detail: unknown = JSON.parse(Detail);
        if (typeof detail !== 'object' || detail === null) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'no' };
        events.push({ bus: EventBusName, detailType: DetailType, detail });
        return { EventId: `event-${events.length}` };
      }),
    };
  };

  const importFindings = (body: string): object => {
    if (Buffer.byteLength(body) > MAX_IMPORT_BYTES) throw new Refusal('InvalidInputException', 'over 6 MB');
    const { Findings } = findingsSchema.parse(JSON.parse(body));
    batches.push(Findings.length);
    if (new Set(Findings.map(({ Id }) => Id)).size < Findings.length)
      throw new Refusal('InvalidInputException', 'an id twice in a call');
    const failed = Findings.flatMap((finding) => {
      const { Id, AwsAccountId, ProductArn, CreatedAt, UpdatedAt } = finding;
      const own = AwsAccountId === account && ProductArn.endsWith(`:${account}:product/${account}/default`);
      if (!own) throw new Refusal('InvalidAccessException', `the account ${AwsAccountId} is not the caller's`);
      const isTimed = [CreatedAt, UpdatedAt].every((time) => z.iso.datetime().safeParse(time).success);
      const isRefused = !isTimed || Buffer.byteLength(JSON.stringify(finding)) > MAX_FINDING_BYTES || refuses(Id);
      if (isRefused) return [{ Id, ErrorCode: 'InvalidInput', ErrorMessage: 'refused' }];
      findings.set(Id, finding);
      imports.push(finding);
      return [];
    });
    return { SuccessCount: Findings.length - failed.length, FailedCount: failed.length, FailedFindings: failed };
  };

  const operations: readonly { readonly model: ApiModel; readonly answer: (body: string) => object }[] = [
    { model: apiModel('put-events'), answer: putEvents },
    { model: apiModel('batch-import-findings'), answer: importFindings },
  ];

  const handle = (request: IncomingMessage, body: string): object => {
    const target = request.headers['x-amz-target'];
    const called = operations.find(({ model }) => request.url === model.uri && target === model.target);
    if (called === undefined) throw new Refusal('UnknownOperationException', `${request.url} ${target}`);
    const { model, answer } = called;
    if (!/^AWS4-HMAC-SHA256 /.test(request.headers.authorization ?? ''))
      throw new Refusal('MissingAuthenticationToken', 'the request is not signed');
    const faults = faultsOf(model, model.input, JSON.parse(body));
    if (faults.length > 0) throw new Refusal('ValidationException', faults.join('; '));
    const answered = answer(body);
    const own = faultsOf(model, model.output, answered);
    if (own.length > 0) throw new Error(`This server's answer is not of the model: ${own.join('; ')}`);
    return answered;
  };

  const respond = (response: ServerResponse, status: number, body: object, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers }).end(JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        respond(response, 200, handle(request, Buffer.concat(chunks).toString('utf8')));
      } catch (error) {
        const code = error instanceof Refusal ? error.code : 'InternalException';
        const message = error instanceof Error ? error.message : 'unknown';
        refusals.push(`${code}: ${message}`);
        respond(
          response,
          error instanceof Refusal ? 400 : 500,
          { __type: code, message },
          { 'x-amzn-errortype': code },
        );
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    findings,
    imports,
    batches,
    refusals,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
