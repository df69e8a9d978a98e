import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import type { Ledger, LedgerRow } from '../../lambda/store/ledger/ledger.ts';
import type { UploadedFile } from '../input/upload-log-file.ts';

/** What became of the objects of a run, added up from the ledger. */
export interface Outcomes {
  /** Log objects that were read to their end. */
  readonly closed: number;
  /** Log objects whose content couldn't be read to its end; what came before the fault is indexed. */
  readonly rejected: number;
  /** Log objects that the ledger doesn't have as dealt with. */
  readonly open: number;
  /** Files that are the same object as another one: the same key, the same content. */
  readonly repeated: number;
  /** Members of `Records`: `indexed` and `rejectedRecords` add up to it. */
  readonly records: number;
  readonly indexed: number;
  readonly rejectedRecords: number;
  /** Everything that was rejected or is open, with the reasons that the ledger names. */
  readonly problems: readonly Problem[];
}

interface Problem {
  /** The path of the file, as it was named or found. */
  readonly file: string;
  readonly reason: string;
}

/** Reads what the ledger says about each object. An object that was put several times is read once. */
export async function readOutcomes(ledger: Ledger, objects: readonly UploadedFile[]): Promise<Outcomes> {
  const distinct = [...new Map(objects.map((object) => [`${object.key}\n${object.version}`, object])).values()];
  const logs = distinct.filter(({ key }) => parseObjectKey(key)?.kind !== 'digest');
  const rows: { readonly file: string; readonly row: LedgerRow | undefined }[] = [];
  for (const { bucket, key, version, file } of logs) {
    const versions = await ledger.versions(bucket, key);
    rows.push({ file, row: versions.find((row) => row.version === version) });
  }
  const count = (status: LedgerRow['status']) => rows.filter(({ row }) => row?.status === status).length;
  const sum = (member: 'records' | 'indexed' | 'rejected') =>
    rows.reduce((all, { row }) => all + (row?.[member] ?? 0), 0);
  return {
    closed: count('closed'),
    rejected: count('rejected'),
    open: rows.length - count('closed') - count('rejected'),
    repeated: objects.length - distinct.length,
    records: sum('records'),
    indexed: sum('indexed'),
    rejectedRecords: sum('rejected'),
    problems: rows.flatMap(({ file, row }) =>
      row === undefined ? [{ file, reason: NEVER_READ }] : problemsOf(file, row),
    ),
  };
}

const NEVER_READ = 'was never read';

function problemsOf(file: string, row: LedgerRow): readonly Problem[] {
  if (row.status === 'open') return [{ file, reason: `not dealt with: ${row.lastError ?? NEVER_READ}` }];
  const { reason, rejections, rejected } = row;
  const unnamed = rejected - rejections.length;
  return [
    ...(reason === undefined ? [] : [{ file, reason }]),
    ...rejections.map((rejection) => ({ file, reason: `record ${rejection.index}: ${rejection.reason}` })),
    ...(unnamed > 0 ? [{ file, reason: `${unnamed} more records` }] : []),
  ];
}
