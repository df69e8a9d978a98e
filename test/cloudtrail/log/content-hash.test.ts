import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { hashContent } from '../../../lambda/cloudtrail/log/content-hash.ts';

const text = '{"Records":[]}';
const sha256 = createHash('sha256').update(text).digest('hex');

async function* stream(...parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

describe('the hash that a digest names', () => {
  test('is that of the uncompressed content, whatever the compression was', async () => {
    for (const level of [1, 9]) {
      expect(await hashContent(stream(gzipSync(text, { level })), 1000)).toEqual({ ok: true, sha256, bytes: 14 });
    }
    expect(await hashContent(stream(Buffer.from(text)), 1000)).toEqual({ ok: true, sha256, bytes: 14 });
  });

  test('covers every member of a gzip file', async () => {
    const members = stream(gzipSync(text.slice(0, 5)), gzipSync(text.slice(5)));
    expect(await hashContent(members, 1000)).toMatchObject({ ok: true, sha256 });
  });

  test('is none for damaged content, and none for more than the bound', async () => {
    expect(await hashContent(stream(gzipSync(text).subarray(0, 15)), 1000)).toMatchObject({ ok: false });
    expect(await hashContent(stream(gzipSync(Buffer.alloc(10_000))), 1000)).toEqual({
      ok: false,
      reason: 'more than 1000 bytes uncompressed',
    });
  });

  test('leaves errors of the connection to the caller', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield gzipSync(text).subarray(0, 10);
      throw new Error('reset');
    }
    await expect(hashContent(broken(), 1000)).rejects.toThrow('reset');
  });
});
