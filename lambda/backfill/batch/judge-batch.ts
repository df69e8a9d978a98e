import { parseObjectKey } from '../../cloudtrail/log/object-key.ts';
import type { SourceObject } from '../../ingest/object-source.ts';
import { describeError } from '../../runtime/describe-error.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { Ledger } from '../../store/ledger/ledger.ts';
import { type BatchLine, keysOf } from '../batch-line.ts';
import { NAMED_OBJECTS } from '../batch-result.ts';
import { type Judge, type JudgedObject, judgeObject } from './judge-object.ts';
import { isNewObject } from './new-objects.ts';
import type { ReadBatch } from './read-batch.ts';

const READERS = 12;

export interface JudgeBatchOptions extends Judge {
  readonly findings: NonNullable<Judge['findings']>;
  readonly line: BatchLine;
  /** Asked about new objects alone. */
  readonly ledger: Pick<Ledger, 'versions'>;
  /** Records a finding and sends its alert: for new objects that ingest hasn't read, and whose findings it finds known. */
  readonly reportNew: NonNullable<Judge['findings']>['report'];
  readonly now: () => Date;
  /** Opens an object. The caller owns its body. @throws the SDK's errors. */
  readonly open: (bucket: string, key: string) => Promise<SourceObject>;
  readonly mustStop: () => boolean;
}

/**
 * Judges the objects of a batch by some rules: nothing is indexed or noted in the ledger. One that fails is tried once
 * more. Doing it again changes nothing, as a finding has the same id each time.
 */
export async function judgeBatch(options: JudgeBatchOptions): Promise<ReadBatch> {
  const { line, open, mustStop } = options;
  const { bucket, batch, day } = line;
  const keys = keysOf(line);
  const counts = { closed: 0, rejected: 0, left: 0, records: 0, indexed: 0, recordsRejected: 0, findings: 0 };
  const named: { key: string; what: 'rejected' | 'left'; reason: string }[] = [];
  let bytes = 0;
  const name = (key: string, what: 'rejected' | 'left', reason: string): void => {
    counts[what]++;
    if (named.length < NAMED_OBJECTS) named.push({ key, what, reason });
  };
  const read = async (key: string): Promise<JudgedObject> => {
    const object = await open(bucket, key);
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of object.body) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    try {
      return await judgeObject({ ...object, body: counted() }, await judgeOf(options, key));
    } finally {
      object.close();
    }
  };
  await mapConcurrently(keys, READERS, async (key) => {
    if (mustStop()) return name(key, 'left', 'the time was over before it');
    if (parseObjectKey(key)?.kind !== 'log') return name(key, 'left', "its key isn't that of a log object");
    try {
      const judged = await read(key).catch(() => read(key));
      counts.records += judged.records;
      counts.indexed += judged.indexed;
      counts.recordsRejected += judged.rejected;
      counts.findings += judged.findings;
      if (judged.reason === undefined) counts.closed++;
      else name(key, 'rejected', judged.reason);
    } catch (error) {
      name(key, 'left', describeError(error));
    }
  });
  return { batch, day, objects: keys.length, ...counts, before: 0, bytes, named };
}

/** As ingest would report, where ingest has yet to judge the object. */
async function judgeOf(
  { line, ledger, reportNew, now, correlations, limits, directory, findings }: JudgeBatchOptions,
  key: string,
): Promise<Judge> {
  const judge = { correlations, limits, directory, findings };
  const parsedKey = parseObjectKey(key);
  if (parsedKey === undefined || !isNewObject(parsedKey, now())) return judge;
  const versions = await ledger.versions(line.bucket, key);
  const isRead = versions.some(({ closedAt }) => closedAt !== undefined);
  return isRead ? judge : { ...judge, findings: { ...findings, report: reportNew } };
}
