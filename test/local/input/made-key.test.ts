import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parseObjectKey } from '../../../lambda/cloudtrail/log/object-key.ts';
import { madeKey } from '../../../local/input/made-key.ts';

const record = {
  eventID: 'e-1',
  eventTime: '2026-11-20T10:05:59Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'ap-southeast-2',
  recipientAccountId: '444455556666',
};

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

const keyOf = (bytes: Uint8Array) => madeKey(() => chunks(bytes));
const file = (...records: unknown[]) => Buffer.from(JSON.stringify({ Records: records }));

describe('the key made for a file', () => {
  test("has its first record's account, region and minute, in CloudTrail's form", async () => {
    const key = await keyOf(gzipSync(file(record, { ...record, awsRegion: 'us-west-2' })));
    expect(key).toMatch(
      /^AWSLogs\/444455556666\/CloudTrail\/ap-southeast-2\/2026\/11\/20\/444455556666_CloudTrail_ap-southeast-2_20261120T1005Z_[0-9a-f]{20}\.json\.gz$/,
    );
    expect(parseObjectKey(key)).toMatchObject({ kind: 'log', account: '444455556666', region: 'ap-southeast-2' });
  });

  test('passes over records that say nothing', async () => {
    expect(await keyOf(file(null, 7, {}, record))).toContain('/444455556666/');
  });

  test('understands an account written as a number, its leading zeros lost', async () => {
    expect(await keyOf(file({ ...record, recipientAccountId: 44455556666 }))).toContain('/044455556666/');
  });

  test('falls back on the account of the caller', async () => {
    const { recipientAccountId: _, ...rest } = record;
    expect(await keyOf(file({ ...rest, userIdentity: { accountId: '777788889999' } }))).toContain('/777788889999/');
  });

  test.each([
    ['a cut gzip', gzipSync(file(record)).subarray(0, 40)],
    ['what is not JSON', Buffer.from('<html>')],
    ['an empty file', Buffer.alloc(0)],
    ['no records', file()],
    [
      'a region and an account that would break out of their folder',
      file({ ...record, awsRegion: '../x', recipientAccountId: '../../../../x' }),
    ],
  ])("%s still gets a key of CloudTrail's form", async (_what, bytes) => {
    expect(parseObjectKey(await keyOf(bytes))).toMatchObject({ account: '000000000000', region: 'us-east-1' });
  });

  test('is the same for the same bytes and another one for other bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.uint8Array(), async (one, other) => {
        expect(await keyOf(one)).toBe(await keyOf(Uint8Array.from(one)));
        expect((await keyOf(one)) === (await keyOf(other))).toBe(Buffer.from(one).equals(Buffer.from(other)));
      }),
    );
  });
});
