import { isFaultOfAccess } from '../shared/faults.ts';
import { describeError } from './describe-error.ts';

/** Tries that end by anything else than a fault of access, or without a word, before an object is given up. */
const MAX_TRIES = 3;

/** No function runs longer than this: what has begun before and hasn't ended has died. */
const LONGEST_CALL_MILLISECONDS = 15 * 60_000;

/** An object that no further try would help: its message goes to the dead-letter queue. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
  readonly attempts: number;
  /** Forgets the tries so far, so that the object has all of them again once a person redrives it. */
  readonly forget: () => Promise<void>;

  /** @param reason what a person has to know, in a line. */
  constructor(reason: string, attempts: number, forget: () => Promise<void>) {
    super(reason);
    this.attempts = attempts;
    this.forget = forget;
  }
}

/** Where the tries of one object are counted. */
export interface TriedObject {
  /** Notes why a try failed, and counts it. Returns how many tries were counted so far. */
  readonly fail: (error: string, counts: boolean) => Promise<number>;
  readonly forget: () => Promise<void>;
}

/**
 * Notes a failed try of an object. A fault of access isn't counted: the message comes back for hours.
 * @throws GivenUp at the third try that failed otherwise, else the error itself.
 */
export async function noteFailure(error: unknown, { fail, forget }: TriedObject): Promise<never> {
  if (error instanceof GivenUp) throw error;
  const counts = !isFaultOfAccess(error);
  let tries = 0;
  try {
    tries = await fail(describeError(error), counts);
  } catch {
    // The ledger is out of reach too: the message comes back, and says so.
  }
  if (counts && tries >= MAX_TRIES) {
    throw new GivenUp(`processing it failed ${tries} times, the last time by ${describeError(error)}`, tries, forget);
  }
  throw error;
}

export interface UnfinishedTries {
  /** Tries in a row that have begun and not told how they ended. */
  readonly unfinished: number;
  /** When the last of them began, ISO 8601; undefined where none has. */
  readonly begunAt: string | undefined;
  readonly now: Date;
  readonly forget: () => Promise<void>;
}

/** @throws GivenUp where functions died three times over an object. One that may be under way still isn't counted. */
export function assertMayLive({ unfinished, begunAt, now, forget }: UnfinishedTries): void {
  if (unfinished < MAX_TRIES || begunAt === undefined) return;
  if (now.getTime() - Date.parse(begunAt) < LONGEST_CALL_MILLISECONDS) return;
  const reason = `its function died ${unfinished} times while it was processed: out of memory or of time`;
  throw new GivenUp(reason, unfinished, forget);
}
