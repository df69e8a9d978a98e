import type { S3Client } from '@aws-sdk/client-s3';
import type { OnDirectoryFault } from './directory-fault.ts';
import { type Names, NO_NAMES } from './names.ts';
import { NamesObject, namesOf } from './names-object.ts';

/** Sweep fetches them once a day: nobody waits an hour more for a new name. */
const READ_AGAIN_AFTER = 60 * 60_000;

/** Where the names couldn't be read. */
const TRY_AGAIN_AFTER = 5 * 60_000;

/** The names that sweep keeps in a bucket; none for an empty name. */
export function latestNames(
  bucket: string,
  { s3, onFault, now }: { readonly s3: S3Client; readonly onFault: OnDirectoryFault; readonly now: () => Date },
): LatestNames | undefined {
  return bucket === '' ? undefined : new LatestNames(new NamesObject(s3, bucket), onFault, now);
}

/** The names that sweep has fetched, as of the last hour. */
export class LatestNames {
  readonly #object: Pick<NamesObject, 'read'>;
  readonly #onFault: OnDirectoryFault;
  readonly #now: () => Date;
  #names: Names = NO_NAMES;
  #readAgainAt = Number.NEGATIVE_INFINITY;

  constructor(object: Pick<NamesObject, 'read'>, onFault: OnDirectoryFault, now: () => Date) {
    this.#object = object;
    this.#onFault = onFault;
    this.#now = now;
  }

  /** Those of the last `refresh` that succeeded. */
  get names(): Names {
    return this.#names;
  }

  /** Before events are read. Never throws: names that can't be read are told of, and those before go on. */
  async refresh(): Promise<void> {
    const now = this.#now().getTime();
    if (now < this.#readAgainAt) return;
    try {
      this.#names = namesOf(await this.#object.read());
      this.#readAgainAt = now + READ_AGAIN_AFTER;
    } catch (error) {
      this.#readAgainAt = now + TRY_AGAIN_AFTER;
      this.#onFault('names', error);
    }
  }
}
