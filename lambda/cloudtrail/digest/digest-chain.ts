import type { Digest } from './digest.ts';

/** An hour: the time from one digest to the next. */
export const DIGEST_PERIOD_MILLISECONDS = 3_600_000;

export type ChainProblem =
  /**
   * A digest names a predecessor that isn't there. `count` is how many are missing between `from`, where the last one
   * before them ends, and `to`: two or more are a run.
   */
  | {
      readonly kind: 'missing';
      readonly bucket: string;
      readonly key: string;
      readonly from?: string;
      readonly to: string;
      readonly count: number;
    }
  /** The digest at `key` isn't the one that its successor names: other content, or another signature. */
  | { readonly kind: 'altered'; readonly bucket: string; readonly key: string; readonly reason: string }
  /** A starting digest after an existing chain: no digest covers the time between. */
  | { readonly kind: 'restarted'; readonly from: string; readonly to: string }
  /** The newest digests aren't there. */
  | { readonly kind: 'overdue'; readonly from: string; readonly to: string; readonly count: number };

/** What a chain keeps of a digest. */
export interface ChainMember {
  readonly bucket: string;
  readonly key: string;
  readonly start: string;
  readonly end: string;
  readonly sha256: string;
  /** From the metadata of its S3 object, if it is known. */
  readonly signature?: string;
}

/** What is wrong with the predecessor that was found, compared with the digest that names it. */
export function predecessorProblem(digest: Digest, found: ChainMember): ChainProblem | undefined {
  const { previous } = digest;
  if (previous === undefined) return undefined;
  const altered = (reason: string): ChainProblem => ({
    kind: 'altered',
    bucket: previous.bucket,
    key: previous.key,
    reason,
  });
  if (previous.sha256 !== found.sha256) return altered('its content is not what the next digest names');
  if (found.signature !== undefined && found.signature.toLowerCase() !== previous.signature.toLowerCase()) {
    return altered('its signature is not what the next digest names');
  }
  return undefined;
}

/** Digests that are missing between two times. */
export function missingDigests(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DIGEST_PERIOD_MILLISECONDS);
}

/**
 * Follows the digests of one trail, account and region from the oldest to the newest, and reports broken links. The
 * predecessor of the first digest isn't checked.
 */
export class DigestChain {
  readonly #hourly: boolean;
  readonly #invalid = new Set<string>();
  #last: ChainMember | undefined;
  #invalidSinceLast = 0;

  /** @param hourly false for backfill digests, which come at irregular times. */
  constructor({ hourly }: { readonly hourly: boolean }) {
    this.#hourly = hourly;
  }

  /** The end of the newest digest that could be followed. */
  get end(): string | undefined {
    return this.#last?.end;
  }

  /**
   * Notes a digest whose content can't be trusted: it is there, but proves nothing.
   * @param key its key, or the end of it: a copy may lack the beginning.
   */
  passOver(key: string): void {
    this.#invalid.add(key);
    this.#invalidSinceLast++;
  }

  /** The next digest, in the order of their ends. */
  follow(digest: Digest, signature?: string): ChainProblem | undefined {
    const { bucket, key, start, end, sha256 } = digest;
    // A second copy of the same digest doesn't count.
    if (this.#last?.key === key && this.#last.sha256 === sha256) return undefined;
    const problem = this.#problem(digest);
    this.#last = { bucket, key, start, end, sha256, ...(signature !== undefined && { signature }) };
    this.#invalidSinceLast = 0;
    return problem;
  }

  /** Whether the newest digests are missing at a time by which they should be there. */
  finish(until: string): ChainProblem | undefined {
    if (!this.#hourly || this.#last === undefined) return undefined;
    const elapsed = Date.parse(until) - Date.parse(this.#last.end);
    const count = Math.floor(elapsed / DIGEST_PERIOD_MILLISECONDS) - this.#invalidSinceLast;
    return count < 1 ? undefined : { kind: 'overdue', from: this.#last.end, to: until, count };
  }

  #problem(digest: Digest): ChainProblem | undefined {
    const last = this.#last;
    const { previous } = digest;
    if (last === undefined) return undefined;
    if (previous === undefined) {
      return this.#hourly ? { kind: 'restarted', from: last.end, to: digest.start } : undefined;
    }
    if (previous.bucket === last.bucket && previous.key === last.key) return predecessorProblem(digest, last);
    if (this.#isInvalid(previous.key)) return undefined;
    const between = this.#hourly ? missingDigests(last.end, digest.start) - this.#invalidSinceLast : 1;
    return {
      kind: 'missing',
      bucket: previous.bucket,
      key: previous.key,
      from: last.end,
      to: digest.start,
      count: Math.max(1, between),
    };
  }

  #isInvalid(key: string): boolean {
    return [...this.#invalid].some((invalid) => key === invalid || key.endsWith(`/${invalid}`));
  }
}
