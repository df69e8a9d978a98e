import { setTimeout as wait } from 'node:timers/promises';
import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  type SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { NotTakenError } from '../errors/not-taken-error.ts';

/** Bounds of one call, as Security Hub's guide for those who import findings says. */
const MAX_FINDINGS = 100;
const MAX_FINDING_BYTES = 240 * 1024;
const MAX_CALL_BYTES = 6 * 1024 * 1024;

/** Room for what stands around the findings of a call. */
const CALL_BYTES = MAX_CALL_BYTES - 1024;

/** Security Hub takes ten calls a second of an account and region, and at most two instances import at a time. */
const MILLISECONDS_BETWEEN_CALLS = 200;

/** Errors that a single finding may cause for all of its call. */
const REFUSALS: readonly string[] = ['InvalidInputException', 'ValidationException'];

interface Waiting {
  readonly finding: AwsSecurityFinding;
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly taken: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Imports findings that come at the same time in as few calls as Security Hub's bounds allow, and its calls at no faster
 * rate than it takes. Each finding has a result of its own.
 */
export class FindingBatches {
  readonly #hub: SecurityHubClient;
  #waiting: Waiting[] = [];
  /** The calls one after the other. Never rejects. */
  #calls: Promise<void> = Promise.resolve();
  #nextCall = 0;

  constructor(hub: SecurityHubClient) {
    this.#hub = hub;
  }

  /** @throws NotTakenError if Security Hub refuses this finding; the SDK's error if the call fails. */
  import(finding: AwsSecurityFinding, signal: AbortSignal): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(finding));
    if (bytes > MAX_FINDING_BYTES) {
      return Promise.reject(new NotTakenError(`The finding has ${bytes} bytes, and Security Hub takes 240 KB.`));
    }
    return new Promise((taken, failed) => {
      this.#waiting.push({ finding, bytes, signal, taken, failed });
      // The messages of a call of the function come here one after the other, before anything else goes on.
      if (this.#waiting.length === 1) setImmediate(() => this.#sendAll());
    });
  }

  #sendAll(): void {
    const batches = batchesOf(this.#waiting);
    this.#waiting = [];
    for (const batch of batches) this.#calls = this.#calls.then(() => this.#send(batch));
  }

  /** Never throws: each finding gets its result. */
  async #send(batch: readonly Waiting[]): Promise<void> {
    const due = batch.filter(({ signal }) => !signal.aborted);
    const [first] = due;
    if (first === undefined) return;
    try {
      await wait(Math.max(0, this.#nextCall - Date.now()), undefined, { signal: first.signal });
      this.#nextCall = Date.now() + MILLISECONDS_BETWEEN_CALLS;
      const command = new BatchImportFindingsCommand({ Findings: due.map(({ finding }) => finding) });
      const answer = await this.#hub.send(command, { abortSignal: first.signal });
      // The call succeeds although findings are refused. One that isn't named has been taken if the numbers agree.
      const codes = new Map((answer.FailedFindings ?? []).map(({ Id, ErrorCode }) => [Id, ErrorCode]));
      const unnamed = due.filter(({ finding }) => !codes.has(finding.Id)).length;
      const isTold = (answer.SuccessCount ?? 0) >= unnamed;
      for (const { finding, taken, failed } of due) {
        const code = codes.get(finding.Id);
        if (code === undefined && isTold) taken();
        else failed(new NotTakenError(`Security Hub refused the finding (${code ?? 'no reason given'}).`));
      }
    } catch (error) {
      if (due.length > 1 && error instanceof Error && REFUSALS.includes(error.name)) {
        // One of them may be what is wrong: it must not keep the others back.
        const middle = Math.ceil(due.length / 2);
        await this.#send(due.slice(0, middle));
        await this.#send(due.slice(middle));
      } else for (const { failed } of due) failed(error);
    }
  }
}

/** In their order. A finding that comes twice is in two calls: which of them would count within one isn't said. */
function batchesOf(waiting: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const batches: Waiting[][] = [];
  let batch: Waiting[] = [];
  let bytes = 0;
  for (const each of waiting) {
    const isFull = batch.length === MAX_FINDINGS || bytes + each.bytes > CALL_BYTES;
    if (batch.length === 0 || isFull || batch.some(({ finding }) => finding.Id === each.finding.Id)) {
      batch = [];
      batches.push(batch);
      bytes = 0;
    }
    batch.push(each);
    bytes += each.bytes;
  }
  return batches;
}
