import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { placeFiles } from '../../../local/digests/place-files.ts';
import { findLogFiles } from '../../../local/input/log-files.ts';
import { type DeliveredFile, SignedTrail, signDigest } from '../../support/signed-trail.ts';

describe('placing the files of a copied trail', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-place-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const copy = async (file: DeliveredFile, path = file.key) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), file.body);
  };
  const place = async () => placeFiles(await findLogFiles([folder]));
  const trail = (bucket = 'acme-trail') => new SignedTrail({ bucket, prefix: 'audit' });

  test('puts digests and log objects where the digests say, the oldest digest first', async () => {
    const hours = trail().hours('eu-central-1', 3);
    for (const { digest, logs } of hours.toReversed()) for (const file of [digest, ...logs]) await copy(file);
    const { digests, logs, buckets, since } = await place();
    expect(digests.map(({ bucket, key }) => [bucket, key])).toEqual(
      hours.map(({ digest }) => ['acme-trail', digest.key]),
    );
    expect(new Set(logs.map(({ key }) => key))).toEqual(
      new Set(hours.flatMap((hour) => hour.logs.map(({ key }) => key))),
    );
    expect(new Set(logs.map(({ bucket }) => bucket))).toEqual(new Set(['acme-trail']));
    expect({ buckets, since }).toEqual({ buckets: ['acme-trail'], since: hours[0]?.start });
  });

  test('knows them by their names in a copy without folders', async () => {
    const { digest, logs } = trail().hour('eu-central-1');
    for (const file of [digest, ...logs]) await copy(file, basename(file.key));
    const placed = await place();
    expect(placed.digests.map(({ key }) => key)).toEqual([digest.key]);
    expect(placed.logs.map(({ key }) => key).toSorted()).toEqual(logs.map(({ key }) => key).toSorted());
  });

  test('finds each signature in the digest that follows: the newest has none', async () => {
    const [first, second] = trail().hours('eu-central-1', 2);
    if (first === undefined || second === undefined) throw new Error('two hours');
    await copy(first.digest);
    await copy(second.digest);
    expect((await place()).digests.map(({ metadata }) => metadata)).toEqual([
      { signature: first.digest.signature, 'signature-algorithm': 'SHA256withRSA' },
      undefined,
    ]);
  });

  test('leaves a digest that was moved where it is, for verify to find out', async () => {
    const { digest } = trail().hour('eu-central-1');
    const moved = digest.key.replace('2026/03/01', '2026/03/02').replace('audit/', '');
    await copy(digest, moved);
    expect((await place()).digests.map(({ key }) => key)).toEqual([moved]);
  });

  test('lets no digest choose what is no name of a bucket, or no key of a log object', async () => {
    const hostile = trail();
    const { digest, logs } = hostile.hour('eu-central-1', 1);
    const [log] = logs;
    if (log === undefined) throw new Error('one log object');
    const content = {
      ...digest.content,
      digestS3Bucket: '../../outside',
      logFiles: [
        { s3Bucket: '..', s3Object: `../${basename(log.key)}`, hashValue: '0'.repeat(64), hashAlgorithm: 'SHA-256' },
      ],
    };
    await copy({ ...digest, body: signDigest(content, hostile.key('eu-central-1')).body });
    await copy(log, basename(log.key));
    const placed = await place();
    expect(placed.buckets).toEqual([]);
    expect([...placed.logs, ...placed.digests].map(({ bucket }) => bucket)).toEqual([undefined, undefined]);
    expect(placed.logs.map(({ key }) => key)).toEqual([undefined]);
  });

  test('without digests, leaves files as they are', async () => {
    const { logs } = trail().hour('eu-central-1');
    for (const file of logs) await copy(file);
    expect(await place()).toMatchObject({ digests: [], buckets: [], logs: [{ path: expect.any(String) }, {}] });
    expect((await place()).since).toBeUndefined();
  });

  test('takes what is called a digest and is none for a log file: ingest and the ledger name it', async () => {
    const { digest } = trail().hour('eu-central-1');
    await copy({ ...digest, body: Buffer.from('<html>') });
    const placed = await place();
    expect(placed.digests).toEqual([]);
    expect(placed.logs).toHaveLength(1);
  });
});
