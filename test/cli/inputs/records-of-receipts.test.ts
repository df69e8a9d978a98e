import { PutObjectCommand } from '@aws-sdk/client-s3';
import { recordsOfReceipts } from '../../../cli/inputs/records-of-receipts.ts';
import type { Receipt } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { createClients } from '../../../local/deployment/local-clients.ts';
import { countBodies } from '../../support/body-counts.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { logObject, record } from '../../support/records.ts';

describe('records of receipts', () => {
  let aws: EmbeddedAws;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
  });
  afterAll(() => aws.stop());

  const put = async (key: string, body: Buffer): Promise<(index: number) => Receipt> => {
    const Bucket = aws.resources.buckets.logs;
    const { ETag = '' } = await aws.clients.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
    return (index) => ({ bucket: Bucket, key, version: ETag.replaceAll('"', ''), index });
  };
  const named = (...ids: string[]) => logObject(ids.map((eventID) => record({ eventID })));
  /** What is read of receipts, where the objects of some keys are denied; and the error at the end. */
  const read = async (receipts: readonly Receipt[], denied: RegExp = /^$/) => {
    const clients = createClients(aws.endpoints);
    const asked: string[] = [];
    clients.s3.middlewareStack.add(
      (next) => (args) => {
        // Each call here is GetObject.
        const { Key = '' } = args.input as { Key?: string };
        asked.push(Key);
        if (denied.test(Key)) throw Object.assign(new Error('no s3:GetObject'), { name: 'AccessDenied' });
        return next(args);
      },
      { step: 'initialize' },
    );
    const bodies = countBodies(clients.s3);
    const found: unknown[] = [];
    let fault: unknown;
    try {
      for await (const each of recordsOfReceipts(clients.s3).read(receipts)) found.push(each.record.eventID);
    } catch (error) {
      fault = error instanceof Error ? error.name : error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bodies.closed).toBe(bodies.opened);
    clients.destroy();
    return { found: found.toSorted(), fault, asked: asked.length };
  };

  test('are read, those of one object at once', async () => {
    const one = await put('one.json.gz', named('a', 'b', 'c'));
    const two = await put('two.json.gz', named('d'));
    expect(await read([one(2), two(0), one(0)])).toEqual({ found: ['a', 'c', 'd'], fault: undefined, asked: 2 });
  });

  test('that are gone, or cut off, are left out, and the others are read', async () => {
    const one = await put('sound.json.gz', named('a'));
    const whole = named(...Array.from({ length: 3000 }, (_, n) => `long-${n}`));
    const cut = await put('cut.json.gz', whole.subarray(0, whole.length / 2));
    const gone = { ...one(0), key: 'gone.json.gz' };
    const answer = await read([gone, cut(0), cut(2999), one(0)]);
    expect(answer).toMatchObject({ found: ['a', 'long-0'], fault: undefined });
  });

  test('of an object that is denied fail at the end, when the others are read', async () => {
    const one = await put('first.json.gz', named('a'));
    const denied = await put('denied-1.json.gz', named('b'));
    expect(await read([denied(0), one(0)], /denied/)).toMatchObject({ found: ['a'], fault: 'AccessDenied' });
  });

  test('are not asked for any more where several at a time are denied', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => (await put(`denied-all-${n}`, named(`${n}`)))(0)),
    );
    expect(await read(all, /denied-all/)).toEqual({ found: [], fault: 'AccessDenied', asked: 8 });
  });
});
