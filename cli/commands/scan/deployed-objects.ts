import type { S3Client } from '@aws-sdk/client-s3';
import { createDetector, type RuleSet } from '../../../lambda/detection/index.ts';
import type { DirectoryContent } from '../../../lambda/directory/directory-file.ts';
import { mapInOrder } from '../../../lambda/shared/concurrency.ts';
import { AccountRegions } from '../../../lambda/store/ledger/account-regions.ts';
import { DigestLedger } from '../../../lambda/store/ledger/digest-ledger.ts';
import type { LedgerEntry, ObjectVersion } from '../../../lambda/store/ledger/ledger.ts';
import type { Connection } from '../../aws/connection.ts';
import { reasonOf } from '../../inputs/find-files.ts';
import { openVersion } from '../../inputs/raw-record.ts';
import type { FileResult } from './file-result.ts';
import type { NamedResult } from './gather-results.ts';
import { judgeRecords } from './judge-file.ts';

/** Objects that are read at a time. */
const CONCURRENCY = 16;

/** Which events of a deployment are judged. */
export interface DeployedTimes {
  /** Included. */
  readonly since: Date;
  /** Not included. */
  readonly until: Date;
  readonly now: Date;
}

/**
 * Judges the raw records of a deployment's log objects of a time. The ledger says which objects there are. Every event of
 * that time was delivered after it, perhaps late, so the objects delivered from its beginning up to now hold all of them.
 */
export async function* judgeDeployed(
  { documents, tables, s3 }: Connection,
  ruleSet: RuleSet,
  { since, until, now }: DeployedTimes,
  known?: DirectoryContent,
): AsyncGenerator<NamedResult> {
  const detector = createDetector(ruleSet);
  const bounds = { since: since.getTime(), until: until.getTime(), known };
  const ledger = new DigestLedger(documents, tables.ledger);
  const judge = async (object: ObjectVersion): Promise<NamedResult> => ({
    path: `s3://${object.bucket}/${object.key}`,
    result: await judgeObject(s3, object, (body) =>
      judgeRecords(body, (index) => ({ ...object, index }), detector, bounds),
    ),
  });
  for (const { account, region } of await new AccountRegions(documents, tables.ledger).list()) {
    const rows = ledger.logObjects(account, region, since.toISOString(), now.toISOString());
    yield* mapInOrder(objectsOf(rows), CONCURRENCY, judge);
  }
}

async function* objectsOf(rows: AsyncIterable<LedgerEntry>): AsyncGenerator<ObjectVersion> {
  for await (const row of rows) {
    const object = readObject(row);
    if (object !== undefined) yield object;
  }
}

/** The object of a row; not of one that was never indexed, such as a forged version, nor of one that repeats another. */
function readObject({ object, version, indexed, sameAs }: LedgerEntry): ObjectVersion | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(object) ?? [];
  if (bucket === undefined || key === undefined || indexed === 0 || sameAs !== undefined) return undefined;
  return { bucket, key, version };
}

/** An object that can't be opened is reported like a file that can't be opened. */
async function judgeObject(
  s3: S3Client,
  object: ObjectVersion,
  judge: (body: AsyncIterable<Uint8Array>) => Promise<FileResult>,
): Promise<FileResult> {
  try {
    const source = await openVersion(s3, object);
    try {
      return await judge(source.body);
    } finally {
      source.close();
    }
  } catch (error) {
    const counts = { records: 0, judged: 0, unreadable: 0, incomplete: 0, undated: 0 };
    return { ...counts, findings: [], correlated: [], named: [], fault: reasonOf(error) };
  }
}
