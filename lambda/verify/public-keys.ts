import type { PublicKey } from '../cloudtrail/digest/digest-signature.ts';

/** Where CloudTrail's public keys come from: ListPublicKeys, or a file that it was written to. */
export interface PublicKeySource {
  /** The keys that signed digests of a region within a time range. @throws faults of access (`isFaultOfAccess`). */
  list(region: string, from: Date, to: Date): Promise<readonly PublicKey[]>;
}

/** CloudTrail changes keys within an hour, so a digest may be signed with the key of a neighbouring hour. */
const MARGIN_MILLISECONDS = 2 * 3_600_000;

/** Finds the public key of a digest. Each key is requested once. */
export class PublicKeys {
  readonly #source: PublicKeySource;
  readonly #known = new Map<string, PublicKey>();

  constructor(source: PublicKeySource) {
    this.#source = source;
  }

  /**
   * The key of a fingerprint, among those of the digest's own region; undefined if CloudTrail has none.
   * @param signedAt when the digest was signed: its end, for backfill digests the time in their metadata.
   * @throws faults of access (`isFaultOfAccess`).
   */
  async find(region: string, fingerprint: string, signedAt: string): Promise<PublicKey | undefined> {
    const name = `${region} ${fingerprint}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const at = Date.parse(signedAt);
    const keys = await this.#source.list(
      region,
      new Date(at - MARGIN_MILLISECONDS),
      new Date(at + MARGIN_MILLISECONDS),
    );
    for (const key of keys) this.#known.set(`${region} ${key.fingerprint}`, key);
    return this.#known.get(name);
  }
}
