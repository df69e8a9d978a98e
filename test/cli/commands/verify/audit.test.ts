import { gunzipSync, gzipSync } from 'node:zlib';
import { audit } from '../../../../cli/commands/verify/audit.ts';
import { type AuditItem, isProblem } from '../../../../cli/commands/verify/audit-item.ts';
import type { StoredFile, StoredFiles } from '../../../../cli/commands/verify/stored-files.ts';
import { PublicKeys } from '../../../../lambda/verify/public-keys.ts';
import { type DeliveredFile, makeSigningKey, SignedTrail, signDigest } from '../../../support/signed-trail.ts';

const REGIONS = ['eu-central-1', 'us-east-1', 'ap-southeast-2'] as const;
const HOURS = 48;

const trail = new SignedTrail({ prefix: 'audit' });
const hours = new Map(REGIONS.map((region) => [region, trail.hours(region, HOURS)]));
const files: readonly DeliveredFile[] = [...hours.values()].flat().flatMap(({ logs, digest }) => [...logs, digest]);

const REGION = REGIONS[1];
function hourAt(index: number, region: (typeof REGIONS)[number] = REGION) {
  const hour = hours.get(region)?.at(index);
  if (hour === undefined) throw new Error(`there is no hour ${index}`);
  return hour;
}

/** Files in memory: a bucket where `metadata` is kept, a copy without the bucket's name where it isn't. */
class MemoryFiles implements StoredFiles {
  readonly #files: ReadonlyMap<string, DeliveredFile>;
  readonly #isBucket: boolean;

  constructor(delivered: readonly DeliveredFile[], isBucket: boolean) {
    this.#files = new Map(delivered.map((file) => [this.#keyOf(file.key, isBucket), file]));
    this.#isBucket = isBucket;
  }

  #keyOf(key: string, isBucket = this.#isBucket): string {
    return isBucket ? key : key.slice(key.indexOf('AWSLogs/'));
  }

  async *list(): AsyncGenerator<StoredFile> {
    for (const key of this.#files.keys()) yield this.#stored(key);
  }

  #stored(key: string): StoredFile {
    return { name: key.slice(key.lastIndexOf('/') + 1), key, ...(this.#isBucket && { bucket: trail.bucket }) };
  }

  async read({ key }: StoredFile) {
    const file = this.#files.get(key);
    if (file === undefined) throw new Error(`nothing at ${key}`);
    const { signature, 'signature-algorithm': signatureAlgorithm } = this.#isBucket ? (file.metadata ?? {}) : {};
    async function* body(): AsyncGenerator<Buffer> {
      yield file?.body ?? Buffer.alloc(0);
    }
    return {
      body: body(),
      metadata: { ...(signature && { signature }), ...(signatureAlgorithm && { signatureAlgorithm }) },
    };
  }

  async find({ key }: { readonly key: string }): Promise<StoredFile | undefined> {
    const known = this.#keyOf(key);
    return this.#files.has(known) ? this.#stored(known) : undefined;
  }
}

async function auditOf(
  delivered: readonly DeliveredFile[],
  { isBucket = true, until = '' } = {},
): Promise<AuditItem[]> {
  const source = {
    list: async (region: string) => (REGIONS.some((r) => r === region) ? [trail.key(region).publicKey] : []),
  };
  const items: AuditItem[] = [];
  const options = { publicKeys: new PublicKeys(source), ...(until !== '' && { until: new Date(until) }) };
  for await (const item of audit(new MemoryFiles(delivered, isBucket), options)) items.push(item);
  return items;
}

async function problems(delivered: readonly DeliveredFile[], options = {}): Promise<readonly string[]> {
  const items = await auditOf(delivered, options);
  return items.filter(isProblem).map(({ status, kind, name }) => `${status} ${kind} ${nameOf({ key: name })}`);
}

function without(...gone: readonly DeliveredFile[]): readonly DeliveredFile[] {
  return files.filter((file) => !gone.includes(file));
}

function replace(file: DeliveredFile, by: Partial<DeliveredFile>): readonly DeliveredFile[] {
  return files.map((each) => (each === file ? { ...each, ...by } : each));
}

function nameOf({ key }: { readonly key: string }): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function count(items: readonly AuditItem[], kind: AuditItem['kind'], status: AuditItem['status']): number {
  return items.filter((item) => item.kind === kind && item.status === status).length;
}

describe('48 hours of three regions that nobody touched', () => {
  test('are valid and verified to the last file where CloudTrail put them', async () => {
    const items = await auditOf(files);
    expect(count(items, 'digest', 'valid')).toBe(HOURS * REGIONS.length);
    expect(count(items, 'log', 'verified')).toBe(HOURS * REGIONS.length * 2);
    expect(items).toHaveLength(files.length);
  });

  test('are so in a copy, too, but for the newest digests, whose signatures a copy doesn’t have', async () => {
    const items = await auditOf(files, { isBucket: false });
    expect(count(items, 'digest', 'valid')).toBe((HOURS - 1) * REGIONS.length);
    expect(items.filter(({ status }) => status === 'unvouched')).toHaveLength(3 * REGIONS.length);
    expect(items.filter(isProblem)).toEqual([]);
  });
});

describe.each([
  ['where CloudTrail put them', true],
  ['in a copy', false],
])('tampering with files %s is found and named:', (_, isBucket) => {
  const found = (delivered: readonly DeliveredFile[]) => problems(delivered, { isBucket });
  const [log, otherLog] = hourAt(20).logs as readonly [DeliveredFile, DeliveredFile];

  test('a byte of a log object', async () => {
    const content = gunzipSync(log.body);
    content[10] = (content[10] ?? 0) ^ 1;
    expect(await found(replace(log, { body: gzipSync(content) }))).toEqual([`modified log ${nameOf(log)}`]);
  });

  test('a log object that was cut', async () => {
    expect(await found(replace(log, { body: log.body.subarray(0, 50) }))).toEqual([`modified log ${nameOf(log)}`]);
  });

  test('a log object that was removed', async () => {
    expect(await found(without(log))).toEqual([`missing log ${nameOf(log)}`]);
  });

  test('a log object that was added', async () => {
    const forged = trail.log(REGION, new Date(Date.parse(hourAt(20).start) + 600_000));
    expect(await found([...files, forged])).toEqual([`added log ${nameOf(forged)}`]);
  });

  test('two log objects that were swapped', async () => {
    const swapped = files.map((file) =>
      file === log ? { ...log, body: otherLog.body } : file === otherLog ? { ...otherLog, body: log.body } : file,
    );
    expect(await found(swapped)).toEqual([log, otherLog].map((each) => `modified log ${nameOf(each)}`));
  });

  test('a digest that was removed', async () => {
    const { digest } = hourAt(20);
    expect((await found(without(digest))).filter((each) => each.includes(' digest '))).toEqual([
      `missing digest ${nameOf(digest)}`,
    ]);
  });

  test('two digests in a row that were removed, and between which times', async () => {
    const gone = [hourAt(20).digest, hourAt(21).digest];
    const items = await auditOf(without(...gone), { isBucket });
    expect(items.filter(({ kind, status }) => kind === 'digest' && status === 'missing')).toEqual([
      expect.objectContaining({
        name: expect.stringContaining(nameOf(hourAt(21).digest)),
        reason: `2 digests in a row are missing, from ${hourAt(20).start} to ${hourAt(21).end}`,
      }),
    ]);
  });

  test('the last digest, as the other regions go on', async () => {
    const { digest } = hourAt(-1);
    const items = await auditOf(without(digest), { isBucket });
    expect(items.filter(isProblem)).toEqual([
      expect.objectContaining({
        kind: 'digest',
        status: 'missing',
        region: REGION,
        reason: `the newest digests are missing: 1 after this one, from ${hourAt(-1).start} to ${hourAt(-1).end}`,
      }),
    ]);
  });

  test('the last digests of all regions, given a time until which there should be some', async () => {
    const gone = REGIONS.map((region) => hourAt(-1, region).digest);
    expect(await found(without(...gone))).toEqual([]);
    const items = await auditOf(without(...gone), { isBucket, until: '2026-03-03T02:00:00Z' });
    expect(count(items, 'digest', 'missing')).toBe(REGIONS.length);
  });

  test('an older digest that was replayed in the place of another', async () => {
    const [old, { digest }] = [hourAt(5), hourAt(20)];
    const { body, metadata = {} } = old.digest;
    expect((await found(replace(digest, { body, metadata }))).filter((each) => each.includes(' digest '))).toEqual([
      `altered digest ${nameOf(digest)}`,
    ]);
  });

  test('a digest that was changed', async () => {
    const { digest } = hourAt(20);
    const body = gzipSync(JSON.stringify({ ...digest.content, logFiles: [] }));
    expect((await found(replace(digest, { body }))).filter((each) => each.includes(' digest '))).toEqual([
      `altered digest ${nameOf(digest)}`,
    ]);
  });

  test('a digest that is none any more', async () => {
    const { digest } = hourAt(20);
    expect(
      (await found(replace(digest, { body: Buffer.from('{}') }))).filter((each) => each.includes(' digest ')),
    ).toEqual([`altered digest ${nameOf(digest)}`]);
  });

  test('a chain that was signed anew with another key from some hour on', async () => {
    const stranger = makeSigningKey();
    const { digest } = hourAt(20);
    const forged = signDigest({ ...digest.content, logFiles: [] }, stranger);
    const next = hourAt(21).digest;
    const hash = { previousDigestSignature: forged.signature };
    const forgedNext = signDigest({ ...next.content, ...hash }, stranger);
    const changed = files.map((file) => (file === digest ? forged : file === next ? forgedNext : file));
    const named = await found(changed);
    expect(named).toContain(`altered digest ${nameOf(digest)}`);
    expect(named).toContain(`altered digest ${nameOf(next)}`);
  });

  test('hours of another region stay verified meanwhile', async () => {
    const items = await auditOf(without(hourAt(20).digest), { isBucket });
    expect(items.filter((item) => item.region !== REGION).filter(isProblem)).toEqual([]);
  });
});

describe('a trail', () => {
  test('that was stopped and started again has a gap that is named', async () => {
    const stopped = new SignedTrail();
    const before = stopped.hours(REGION, 3);
    stopped.restart(REGION, 4);
    const after = stopped.hours(REGION, 3);
    const delivered = [...before, ...after].flatMap(({ logs, digest }) => [...logs, digest]);
    const items: AuditItem[] = [];
    const publicKeys = new PublicKeys({ list: async () => stopped.publicKeys });
    const memory = new MemoryFiles(delivered, false);
    for await (const item of audit(memory, { publicKeys })) items.push(item);
    expect(items.filter(isProblem)).toEqual([
      expect.objectContaining({
        status: 'gap',
        reason: expect.stringContaining('2026-03-01T03:00:00Z to 2026-03-01T07'),
      }),
    ]);
  });

  test('whose keys are another region’s is altered', async () => {
    const publicKeys = new PublicKeys({ list: async () => [trail.key('eu-central-1').publicKey] });
    const items: AuditItem[] = [];
    const some = [hourAt(0, 'us-east-1'), hourAt(1, 'us-east-1')].map(({ digest }) => digest);
    for await (const item of audit(new MemoryFiles(some, true), { publicKeys })) items.push(item);
    expect(count(items, 'digest', 'altered')).toBe(2);
  });
});
