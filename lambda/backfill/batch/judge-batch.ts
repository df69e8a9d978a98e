import { parseObjectKey } from '../../cloudtrail/log/object-key.ts';
import type { SourceObject } from '../../ingest/object-source.ts';
import { describeError } from '../../runtime/describe-error.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { Ledger } from '../../store/ledger/ledger.ts';
import { type BatchLine, keysOf } from '../batch-line.ts';
import { NAMED_OBJECTS } from '../batch-result.ts';
import { type Judge, type JudgedObject, judgeObject } from './judge-object.ts';
import type { JudgedBefore } from './judged-before.ts';
import { isNewObject } from './new-objects.ts';
import type { PastCorrelations } from './past-correlations.ts';
import type { BatchReadOut } from './read-batch.ts';

const READERS = 12;

export interface JudgeBatchOptions extends Judge {
  readonly correlations: PastCorrelations;
  readonly findings: NonNullable<Judge['findings']>;
  readonly line: BatchLine;
  /** What earlier tries have judged; this one adds to it. */
  readonly before: JudgedBefore;
  /** Asked about new objects alone. */
  readonly ledger: Pick<Ledger, 'versions'>;
  /** Records a finding and sends its alert: for new objects that ingest hasn't read, and whose findings it finds known. */
  readonly reportNew: NonNullable<Judge['findings']>['report'];
  readonly now: () => Date;
  /** Opens an object. The caller owns its body. @throws the SDK's errors. */
  readonly open: (bucket: string, key: string) => Promise<SourceObject>;
}

/**
 * Judges the objects of a batch by some rules: nothing is indexed or noted in the ledger. One that fails is tried once
 * more. What an earlier try has judged is only shown to the correlations, after everything else. Doing it again changes
 * nothing, as a finding has the same id each time.
 */
export async function judgeBatch(options: JudgeBatchOptions): Promise<BatchReadOut> {
  const { line, before, correlations, mustStop } = options;
  const { batch, day } = line;
  const keys = keysOf(line);
  const left: { key: string; what: 'left'; reason: string }[] = [];
  const judged = new Set(before.places);
  const reading = new Reading(options);
  let isShown = true;
  await eachUnless(keys, judged, async (key, place) => {
    const leave = (reason: string) => left.push({ key, what: 'left', reason });
    if (mustStop()) return leave('the time was over before it');
    if (parseObjectKey(key)?.kind !== 'log') return leave("its key isn't that of a log object");
    try {
      const object = await reading.judged(key);
      return object.isCut ? leave('the time was over before its end') : before.add(place, key, object);
    } catch (error) {
      return leave(describeError(error));
    }
  });
  if (correlations.areAsked) {
    await mapConcurrently(judged, READERS, async (place) => {
      if (mustStop() || !(await reading.isShown(keys[place] ?? ''))) isShown = false;
    });
  }
  const named = [...before.rejected, ...left].slice(0, NAMED_OBJECTS);
  const counts = { ...before.counts, left: left.length, before: 0, bytes: reading.bytes };
  return { result: { batch, day, objects: keys.length, ...counts, named }, isShown };
}

/** The reading of objects, and how many bytes it has taken. */
class Reading {
  readonly #options: JudgeBatchOptions;
  bytes = 0;

  constructor(options: JudgeBatchOptions) {
    this.#options = options;
  }

  /** Tries it twice. @throws what the second try throws. */
  async judged(key: string): Promise<JudgedObject> {
    const judge = await this.#judgeOf(key);
    const read = () => this.#read(key, judge);
    return read().catch(read);
  }

  /** Shows an object to the correlations. @returns whether they have seen all of it. */
  async isShown(key: string): Promise<boolean> {
    const { findings: _, ...judge } = await this.#judgeOf(key);
    try {
      return !(await this.#read(key, judge)).isCut;
    } catch {
      return false;
    }
  }

  async #read(key: string, judge: Judge): Promise<JudgedObject> {
    const object = await this.#options.open(this.#options.line.bucket, key);
    const count = (bytes: number): void => {
      this.bytes += bytes;
    };
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of object.body) {
        count(chunk.length);
        yield chunk;
      }
    };
    try {
      return await judgeObject({ ...object, body: counted() }, judge);
    } finally {
      object.close();
    }
  }

  /** As ingest would report, where ingest has yet to judge the object: its correlations see the object then. */
  async #judgeOf(key: string): Promise<Judge> {
    const { line, ledger, reportNew, now, correlations, limits, directory, findings, mustStop } = this.#options;
    const judge = { limits, directory, findings, mustStop };
    const parsedKey = parseObjectKey(key);
    if (parsedKey === undefined || !isNewObject(parsedKey, now())) return { ...judge, correlations };
    const versions = await ledger.versions(line.bucket, key);
    const isRead = versions.some(({ closedAt }) => closedAt !== undefined);
    return isRead ? { ...judge, correlations } : { ...judge, findings: { ...findings, report: reportNew } };
  }
}

/** Does some work for each key whose place isn't among some. */
async function eachUnless(
  keys: readonly string[],
  places: ReadonlySet<number>,
  work: (key: string, place: number) => Promise<unknown>,
): Promise<void> {
  const open = keys.flatMap((key, place) => (places.has(place) ? [] : [{ key, place }]));
  await mapConcurrently(open, READERS, ({ key, place }) => work(key, place));
}
