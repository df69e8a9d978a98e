import { isFaultOfAccess } from '../../shared/faults.ts';
import { describeError } from '../describe-error.ts';

/** Tries that fail by anything except a fault of access, or that never report an end, before an object is given up. */
const MAX_TRIES = 3;

/** No function runs longer than this. A try that began earlier and has no end belongs to a function that died. */
const LONGEST_CALL_MILLISECONDS = 15 * 60_000;

/** An object that no further try can help: its message goes to the dead-letter queue. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
  readonly attempts: number;
  /** Forgets the tries so far, so that the object has all of them again when a person redrives it. */
  readonly forget: () => Promise<void>;

  /** @param reason what a person has to know, in one line. */
  constructor(reason: string, attempts: number, forget: () => Promise<void>) {
    super(reason);
    this.attempts = attempts;
    this.forget = forget;
  }
}

/** Counts the tries of one object. */
export interface TriedObject {
  /** Notes why a try failed, and counts it. Returns how many tries were counted so far. */
  readonly fail: (error: string, counts: boolean) => Promise<number>;
  readonly forget: () => Promise<void>;
}

/**
 * Notes a failed try of an object. A fault of access isn't counted: its message comes back for hours.
 * @throws GivenUp at the third try that failed by something else; otherwise the error itself.
 */
export async function noteFailure(error: unknown, { fail, forget }: TriedObject): Promise<never> {
  if (error instanceof GivenUp) throw error;
  const counts = !isFaultOfAccess(error);
  let tries = 0;
  try {
    tries = await fail(describeError(error), counts);
  } catch {
    // The ledger is out of reach too. The message comes back, and its error says so.
  }
  if (counts && tries >= MAX_TRIES) {
    throw new GivenUp(`processing it failed ${tries} times, the last time by ${describeError(error)}`, tries, forget);
  }
  throw error;
}

export interface UnfinishedTries {
  /** Tries in a row that have begun without a noted end. */
  readonly unfinished: number;
  /** When the last of them began, ISO 8601; undefined if there is none. */
  readonly begunAt: string | undefined;
  readonly now: Date;
  readonly forget: () => Promise<void>;
}

/** @throws GivenUp if functions died three times over an object. A try that may still be running isn't counted. */
export function assertMayLive({ unfinished, begunAt, now, forget }: UnfinishedTries): void {
  if (unfinished < MAX_TRIES || begunAt === undefined) return;
  if (now.getTime() - Date.parse(begunAt) < LONGEST_CALL_MILLISECONDS) return;
  const reason = `its function died ${unfinished} times while it was processed: out of memory or of time`;
  throw new GivenUp(reason, unfinished, forget);
}
