import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { type JsonObject, textAt } from '../../../lambda/shared/json.ts';

/** What goes wrong with a call. `hung`: no answer ever comes. `expired`: the token of a page isn't taken any more. */
export type LookupFault = 'throttled' | 'broken' | 'cut' | 'hung' | 'expired' | 'denied' | 'unknown-credentials';

/** One call of LookupEvents as it came in. */
export interface LookupCall {
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Seconds since 1970, both included. */
  readonly startTime: number;
  readonly endTime: number;
  readonly token: string | undefined;
  readonly attributes: readonly { readonly AttributeKey: string; readonly AttributeValue: string }[];
  readonly fault: LookupFault | undefined;
}

/** CloudTrail's LookupEvents, and STS's GetCallerIdentity, on loopback. */
export interface LookupServer {
  readonly url: string;
  readonly calls: readonly LookupCall[];
  /** Names of calls of AWS that came in, each once. */
  readonly names: ReadonlySet<string>;
  /** Adds records to the history of a region. */
  add(region: string, records: readonly JsonObject[]): void;
  /** Decides on the fault of each call; none where it gives none. */
  breakBy(fault: (call: Omit<LookupCall, 'fault'>, count: number) => LookupFault | undefined): void;
  stop(): Promise<void>;
}

const requestSchema = z.object({
  StartTime: z.number(),
  EndTime: z.number(),
  MaxResults: z.int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
  LookupAttributes: z
    .array(z.object({ AttributeKey: z.string(), AttributeValue: z.string() }))
    .max(1)
    .default([]),
});

/** Less than a second: calls don't arrive as evenly as they were made. */
const WINDOW_MILLISECONDS = 700;

interface Held {
  readonly seconds: number;
  readonly record: JsonObject;
}

/**
 * Answers as "LookupEvents" of the CloudTrail API Reference has it: 50 events at most, the newest first, a token that goes
 * with the same parameters alone, and two calls a second and region, beyond which it throttles.
 * @param callsPerSecond more, where the pace isn't what a test is about.
 */
export async function startLookupServer(account: string, callsPerSecond = 2): Promise<LookupServer> {
  const regions = new Map<string, Held[]>();
  const calls: LookupCall[] = [];
  const names = new Set<string>();
  let faultOf: Parameters<LookupServer['breakBy']>[0] = () => undefined;

  const lookUp = (region: string, body: string, response: ServerResponse): void => {
    const { StartTime, EndTime, MaxResults, NextToken, LookupAttributes } = requestSchema.parse(JSON.parse(body));
    const at = Date.now();
    const call = { region, at, startTime: StartTime, endTime: EndTime, token: NextToken, attributes: LookupAttributes };
    const recent = calls.filter((other) => other.region === region && other.at > at - WINDOW_MILLISECONDS).length;
    const fault = recent >= callsPerSecond ? 'throttled' : faultOf(call, calls.length);
    calls.push({ ...call, fault });
    if (fault !== undefined) {
      fail(fault, response);
      return;
    }
    const parameters = JSON.stringify([region, StartTime, EndTime, LookupAttributes]);
    const [offset, given] = NextToken === undefined ? [0, parameters] : JSON.parse(NextToken);
    if (given !== parameters) {
      fail('expired', response);
      return;
    }
    const asked = (regions.get(region) ?? [])
      .filter(({ seconds }) => seconds >= StartTime && seconds <= EndTime)
      .filter(({ record }) => LookupAttributes.every((attribute) => meets(record, attribute)))
      .toSorted((a, b) => b.seconds - a.seconds);
    const page = asked.slice(offset, offset + MaxResults);
    const next = offset + MaxResults;
    send(response, 200, {
      Events: page.map(({ seconds, record }) => ({
        EventId: textAt(record, 'eventID'),
        EventName: textAt(record, 'eventName'),
        EventTime: seconds,
        CloudTrailEvent: textAt(record, 'verbatim') ?? JSON.stringify(record),
      })),
      ...(next < asked.length && { NextToken: JSON.stringify([next, parameters]) }),
    });
  };

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const target = String(request.headers['x-amz-target'] ?? '');
      if (target.endsWith('.LookupEvents')) {
        names.add('cloudtrail:LookupEvents');
        lookUp(region, body, response);
        return;
      }
      names.add(/Action=(\w+)/.exec(body)?.[1] ?? target);
      response.writeHead(200, { 'content-type': 'text/xml' }).end(identity(account));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    names,
    add: (region, records) => {
      const held = records.map((record) => ({ seconds: Date.parse(textAt(record, 'eventTime') ?? '') / 1000, record }));
      regions.set(region, [...(regions.get(region) ?? []), ...held]);
    },
    breakBy: (fault) => {
      faultOf = fault;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function meets(record: JsonObject, { AttributeKey, AttributeValue }: LookupCall['attributes'][number]): boolean {
  const { userIdentity } = record;
  switch (AttributeKey) {
    case 'ReadOnly':
      return String(record.readOnly) === AttributeValue;
    case 'EventName':
      return record.eventName === AttributeValue;
    case 'AccessKeyId':
      return textAt(userIdentity, 'accessKeyId') === AttributeValue;
    case 'Username':
      return textAt(userIdentity, 'userName') === AttributeValue;
    default:
      return false;
  }
}

const ANSWERS: Readonly<
  Record<Exclude<LookupFault, 'cut' | 'hung'>, readonly [status: number, type: string, message: string]>
> = {
  throttled: [400, 'ThrottlingException', 'Rate exceeded'],
  broken: [500, 'InternalFailure', 'Something broke.'],
  expired: [400, 'InvalidNextTokenException', 'The token is not valid.'],
  denied: [400, 'AccessDeniedException', 'User is not authorized.'],
  'unknown-credentials': [400, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
};

function fail(fault: LookupFault, response: ServerResponse): void {
  if (fault === 'hung') return;
  if (fault === 'cut') {
    response.socket?.destroy();
    return;
  }
  const [status, __type, message] = ANSWERS[fault];
  send(response, status, { __type, message });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function identity(account: string): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::${account}:user/alice</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
}
