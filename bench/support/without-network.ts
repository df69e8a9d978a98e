import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { withoutLog } from '../../lambda/runtime/without-log.ts';

/** A request as the SDK's clients hand it on, built, serialized and signed. */
interface SignedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const COMMON = { region: 'us-east-1', credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' } };

/** Clients that do all of their work up to the socket. Tables are empty and take everything; the bucket has the objects. */
export function clientsWithoutNetwork(objects: ReadonlyMap<string, Buffer>) {
  return {
    dynamodb: withoutLog(
      new DynamoDBClient({
        ...COMMON,
        requestHandler: answering(
          () => ({ 'content-type': 'application/x-amz-json-1.0' }),
          ({ headers, body }) =>
            headers['x-amz-target']?.endsWith('BatchExecuteStatement') === true ? allInserted(body) : Buffer.from('{}'),
        ),
      }),
    ),
    s3: withoutLog(
      new S3Client({
        ...COMMON,
        forcePathStyle: true,
        requestHandler: answering(
          (body) => ({
            etag: '"bench"',
            'content-length': String(body.length),
            'last-modified': 'Thu, 26 Nov 2026 08:00:00 GMT',
          }),
          ({ path }) => objects.get(decodeURIComponent(path.split('/').slice(2).join('/'))) ?? Buffer.alloc(0),
        ),
      }),
    ),
    sns: withoutLog(
      new SNSClient({
        ...COMMON,
        requestHandler: answering(
          () => ({ 'content-type': 'text/xml' }),
          () =>
            Buffer.from('<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>'),
        ),
      }),
    ),
    sqs: withoutLog(
      new SQSClient({
        ...COMMON,
        requestHandler: answering(
          () => ({ 'content-type': 'application/x-amz-json-1.0' }),
          () => Buffer.from('{}'),
        ),
      }),
    ),
  };
}

/** To a batch of statements: each has put its row. */
function allInserted(body: string | Uint8Array): Buffer {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const statements = text.split('"Statement":').length - 1;
  return Buffer.from(JSON.stringify({ Responses: Array.from({ length: statements }, () => ({})) }));
}

function answering(
  headersOf: (body: Buffer) => Readonly<Record<string, string>>,
  answer: (request: SignedRequest) => Buffer,
) {
  return {
    handle: async (request: SignedRequest) => {
      const body = answer(request);
      return { response: { statusCode: 200, headers: headersOf(body), body: Readable.from([body]) } };
    },
  };
}
