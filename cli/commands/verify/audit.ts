import {
  type Digest,
  type DigestLogFile,
  MAX_COMPRESSED_DIGEST_BYTES,
  readDigest,
} from '../../../lambda/cloudtrail/digest/digest.ts';
import { type ChainProblem, DigestChain } from '../../../lambda/cloudtrail/digest/digest-chain.ts';
import { checkDigest, type DigestVerdict } from '../../../lambda/cloudtrail/digest/digest-signature.ts';
import { hashContent } from '../../../lambda/cloudtrail/log/content-hash.ts';
import { mapInOrder } from '../../../lambda/shared/concurrency.ts';
import type { PublicKeys } from '../../../lambda/verify/public-keys.ts';
import type { AuditItem } from './audit-item.ts';
import { type ChainFiles, type LogFileEntry, sortFiles, type Times } from './chain-files.ts';
import { Coverage } from './log-coverage.ts';
import type { SignatureMetadata, StoredFile, StoredFiles } from './stored-files.ts';

export interface AuditOptions extends Times {
  readonly publicKeys: PublicKeys;
  /** Told when the files are listed, and after each digest. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Uncompressed bytes after which a log object is none of CloudTrail's. */
const MAX_LOG_BYTES = 4 * 1024 ** 3;

/** Log objects that are read at once. */
const CONCURRENCY = 8;

/**
 * Checks every digest and log object of a trail's files: signatures, chains, hashes, what is missing and what was added.
 * Yields an item for each of them and for each break in a chain.
 * @throws faults of access (`isFaultOfAccess`).
 */
export async function* audit(files: StoredFiles, options: AuditOptions): AsyncGenerator<AuditItem> {
  const { chains, logs } = await sortFiles(files, options);
  yield* new Audit(files, options, logs).run(chains);
}

/** A digest that was read, before it is judged. */
interface ReadFile {
  readonly file: StoredFile;
  readonly metadata: SignatureMetadata;
  readonly digest?: Digest;
  readonly reason?: string;
}

class Audit {
  readonly #files: StoredFiles;
  readonly #options: AuditOptions;
  readonly #coverage = new Coverage();
  /** Log objects that no digest has named yet. */
  readonly #unnamed: Map<string, LogFileEntry>;
  #done = 0;
  #total = 0;

  constructor(files: StoredFiles, options: AuditOptions, logs: ReadonlyMap<string, LogFileEntry>) {
    this.#files = files;
    this.#options = options;
    this.#unnamed = new Map(logs);
  }

  async *run(chains: readonly ChainFiles[]): AsyncGenerator<AuditItem> {
    this.#total = chains.reduce((sum, { digests }) => sum + digests.length, 0);
    this.#options.onProgress?.(0, this.#total);
    const ends: { readonly files: ChainFiles; readonly chain: DigestChain }[] = [];
    for (const chainFiles of chains) {
      const chain = new DigestChain(chainFiles);
      yield* this.#follow(chainFiles, chain);
      ends.push({ files: chainFiles, chain });
    }
    const newest = ends.flatMap(({ files, chain }) => (files.hourly && chain.end !== undefined ? [chain.end] : []));
    const until = this.#options.until?.toISOString() ?? newest.toSorted().at(-1);
    for (const { files, chain } of ends) {
      const problem = until === undefined ? undefined : chain.finish(until);
      if (problem !== undefined) yield chainItem(problem, files, files.digests.at(-1));
    }
    yield* this.#judgeUnnamed();
  }

  async *#follow(chainFiles: ChainFiles, chain: DigestChain): AsyncGenerator<AuditItem> {
    const { digests } = chainFiles;
    let next = await this.#read(digests[0]);
    for (let index = 1; next !== undefined; index++) {
      const current = next;
      // The signature of a digest is in the one that follows, too: a copy has no other.
      next = await this.#read(digests[index]);
      yield* this.#judge(current, next?.digest, chainFiles, chain);
      this.#options.onProgress?.(++this.#done, this.#total);
    }
  }

  async #read(file: StoredFile | undefined): Promise<ReadFile | undefined> {
    if (file === undefined) return undefined;
    const { body, metadata } = await this.#files.read(file);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_COMPRESSED_DIGEST_BYTES) break;
    }
    const reading = readDigest(Buffer.concat(chunks));
    return { file, metadata, ...(reading.ok ? { digest: reading.digest } : { reason: reading.reason }) };
  }

  async *#judge(
    { file, metadata, digest, reason }: ReadFile,
    next: Digest | undefined,
    chainFiles: ChainFiles,
    chain: DigestChain,
  ): AsyncGenerator<AuditItem> {
    const { account, region } = chainFiles;
    const item = { kind: 'digest', name: file.name, account, region } as const;
    if (digest === undefined) {
      chain.passOver(file.key);
      yield { ...item, status: 'altered', reason: `it is no digest: ${reason}` };
      return;
    }
    const verdict = await this.#check(digest, file, metadata, next);
    if (verdict.status === 'invalid') {
      chain.passOver(file.key);
      yield { ...item, status: 'altered', reason: verdict.reason };
      return;
    }
    const problem = chain.follow(digest, metadata.signature);
    if (problem !== undefined) yield chainItem(problem, chainFiles, file);
    yield verdict.status === 'valid'
      ? { ...item, status: 'valid' }
      : { ...item, status: 'unvouched', reason: verdict.reason };
    this.#coverage.add(account, region, digest.start, digest.end);
    yield* this.#judgeLogs(digest, file.name, verdict.status === 'valid', { account, region });
  }

  async #check(
    digest: Digest,
    { bucket, key }: StoredFile,
    metadata: SignatureMetadata,
    next: Digest | undefined,
  ): Promise<DigestVerdict> {
    const fromNext = next?.previous?.key === digest.key ? next.previous.signature : undefined;
    const signature = metadata.signature ?? fromNext;
    const region = /\/CloudTrail-Digest\/([a-z0-9-]+)\//.exec(digest.key)?.[1] ?? '';
    const { publicKeys } = this.#options;
    const publicKey =
      signature === undefined
        ? undefined
        : await publicKeys.find(region, digest.publicKeyFingerprint, metadata.generatedAt ?? digest.end);
    return checkDigest(digest, {
      foundAt: { key, ...(bucket !== undefined && { bucket }) },
      ...(signature !== undefined && { signature }),
      ...(metadata.signatureAlgorithm !== undefined && { signatureAlgorithm: metadata.signatureAlgorithm }),
      ...(publicKey !== undefined && { publicKey }),
    });
  }

  async *#judgeLogs(
    digest: Digest,
    name: string,
    isValid: boolean,
    place: { readonly account: string; readonly region: string },
  ): AsyncGenerator<AuditItem> {
    const judge = (named: DigestLogFile): Promise<AuditItem> => this.#judgeLog(named, isValid);
    for await (const item of mapInOrder(digest.logFiles, CONCURRENCY, judge)) yield { ...item, ...place, digest: name };
  }

  async #judgeLog(named: DigestLogFile, isValid: boolean): Promise<AuditItem> {
    const file = await this.#files.find(named);
    if (file === undefined) return { kind: 'log', status: 'missing', name: `s3://${named.bucket}/${named.key}` };
    this.#unnamed.delete(file.name);
    const { body } = await this.#files.read(file);
    const hash = await hashContent(body, MAX_LOG_BYTES);
    const item = { kind: 'log', name: file.name } as const;
    if (!hash.ok) return { ...item, status: 'modified', reason: hash.reason };
    if (hash.sha256 !== named.sha256) {
      return { ...item, status: 'modified', reason: `its SHA-256 is ${hash.sha256}, not ${named.sha256}` };
    }
    return isValid
      ? { ...item, status: 'verified' }
      : { ...item, status: 'unvouched', reason: 'the signature of its digest is not at hand' };
  }

  *#judgeUnnamed(): Generator<AuditItem> {
    for (const { file, account, region, at } of this.#unnamed.values()) {
      const verdict = this.#coverage.judge(account, region, at);
      yield {
        kind: 'log',
        status: verdict === 'covered' ? 'added' : 'unvouched',
        name: file.name,
        account,
        region,
        reason: UNNAMED[verdict],
      };
    }
  }
}

const UNNAMED = {
  covered: 'no digest names it, although digests speak of its hour',
  before: 'it is older than the first digest',
  after: 'the digest of its hour is not there yet',
  gap: 'the digest of its hour is missing or altered',
  'no-digests': 'there are no digests of its account and region',
} as const;

function chainItem(problem: ChainProblem, { account, region }: ChainFiles, at: StoredFile | undefined): AuditItem {
  const place = { kind: 'digest', account, region } as const;
  switch (problem.kind) {
    case 'missing':
      return {
        ...place,
        status: 'missing',
        name: `s3://${problem.bucket}/${problem.key}`,
        reason:
          problem.count > 1
            ? `${problem.count} digests in a row are missing, from ${problem.from} to ${problem.to}`
            : `the next digest names it; nothing vouches for ${problem.from} to ${problem.to}`,
        ...(at !== undefined && { digest: at.name }),
      };
    case 'altered':
      return { ...place, status: 'altered', name: `s3://${problem.bucket}/${problem.key}`, reason: problem.reason };
    case 'restarted':
      return {
        ...place,
        status: 'gap',
        name: at?.name ?? '',
        reason: `a new chain begins: no digest speaks of ${problem.from} to ${problem.to}`,
      };
    case 'overdue':
      return {
        ...place,
        status: 'missing',
        name: at?.name ?? '',
        reason: `the newest digests are missing: ${problem.count} after this one, from ${problem.from} to ${problem.to}`,
      };
  }
}
