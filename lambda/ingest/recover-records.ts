import { type CheckedRecord, checkRecord, type Receipt } from '../cloudtrail/cloudtrail-event.ts';
import type { Directory } from '../cloudtrail/directory.ts';
import { parseMember } from '../cloudtrail/log/log-object.ts';
import { FaultOfAccess } from '../shared/faults.ts';
import type { Ledger, LedgerRow, ObjectVersion } from '../store/ledger/ledger.ts';
import type { PageBody } from '../store/segments/table/page-rows.ts';
import { type EffectDependencies, EventEffects } from './event-effects.ts';
import { pagesOf } from './process-object.ts';
import { CopyFault, type QuarantinedRecord, readQuarantineCopy } from './quarantine-copy.ts';
import { parseQuarantineKey } from './quarantine-key.ts';

export interface RecoveryDependencies extends EffectDependencies {
  readonly ledger: Ledger;
}

/** A copy of rejected records in the quarantine bucket. */
export interface CopyRequest {
  readonly bucket: string;
  readonly key: string;
  /** The copy's content; asked for once the ledger has said that there is such a copy. @throws the SDK's errors. */
  readonly open: () => Promise<{ readonly body: AsyncIterable<Uint8Array>; close(): void }>;
}

export interface RecoveryOutcome {
  /**
   * `recovered`: the copy was read. `skipped`: its object is being read again, or was read in the meantime. `refused`:
   * it isn't ours: the ledger doesn't know such a copy, or knows it with other content.
   */
  readonly status: 'recovered' | 'skipped' | 'refused';
  /** Records that the copy holds. */
  readonly records: number;
  /** Records of it that are events now. */
  readonly indexed: number;
  readonly rejected: number;
  readonly findings: number;
  readonly reason?: string;
}

const NOTHING = { records: 0, indexed: 0, rejected: 0, findings: 0 } as const;

/** Tries at most. Other copies of the same object may be read at the same time, and each corrects the same row. */
const MAX_CORRECTIONS = 20;

/** Several copies of one object were read at the same time, and each changed its row. Another try may succeed. */
class RowContended extends FaultOfAccess {
  override readonly name = 'RowContended';
}

/**
 * Reads rejected records again from the quarantine bucket, with the receipts that they had: what can be read now is
 * judged, indexed and alerted on as if its log object had been read. The object's row in the ledger is corrected last.
 * Doing it again, or twice at the same time, changes nothing.
 *
 * Only what ingest itself has put there is read: the row of the object names the copy and its SHA-256.
 * @throws RowContended, a FaultOfAccess, and the SDK's faults of access (`isFaultOfAccess`); another try goes on.
 */
export async function recoverRecords(
  dependencies: RecoveryDependencies,
  { bucket, key, open }: CopyRequest,
): Promise<RecoveryOutcome> {
  const { ledger } = dependencies;
  const first = parseQuarantineKey(key);
  if (first === undefined) return { status: 'refused', ...NOTHING, reason: 'its key is not that of a copy' };
  const object = { bucket: first.bucket, key: first.key, version: first.version };
  const copy = String(first.index);
  const row = await rowOf(ledger, object);
  const noted = row?.quarantine?.bucket === bucket ? row.quarantine.copies[copy] : undefined;
  if (row === undefined || noted === undefined) {
    return { status: 'refused', ...NOTHING, reason: 'the ledger knows no such copy' };
  }
  if (row.closedAt === undefined) return { status: 'skipped', ...NOTHING };
  const records = await readNoted(noted.sha256, open);
  if (records === undefined) {
    return { status: 'refused', ...NOTHING, reason: 'its content is not what was put there' };
  }
  const { recovered, findings, pages } = await readAgain(dependencies, records);
  const indexed = pagesOf(dependencies, object, pages);
  const counts = {
    records: records.length,
    indexed: recovered.size,
    rejected: records.length - recovered.size,
    findings,
  };
  let current: LedgerRow | undefined = row;
  for (let attempt = 0; attempt < MAX_CORRECTIONS; attempt++) {
    if (current?.closedAt !== row.closedAt || current === undefined) return { status: 'skipped', ...counts };
    if (await ledger.recover(object, current, { copy, recovered, findings }, indexed)) {
      return { status: 'recovered', ...counts };
    }
    current = await rowOf(ledger, object);
  }
  throw new RowContended(`the row of ${object.key} was changed ${MAX_CORRECTIONS} times meanwhile`);
}

async function rowOf(ledger: Ledger, { bucket, key, version }: ObjectVersion): Promise<LedgerRow | undefined> {
  return (await ledger.versions(bucket, key)).find((row) => row.version === version);
}

/** Undefined if the content differs from what the ledger has noted. */
async function readNoted(sha256: string, open: CopyRequest['open']): Promise<readonly QuarantinedRecord[] | undefined> {
  const { body, close } = await open();
  try {
    const copy = await readQuarantineCopy(body);
    return copy.sha256 === sha256 ? copy.records : undefined;
  } catch (error) {
    if (error instanceof CopyFault) return undefined;
    throw error;
  } finally {
    close();
  }
}

interface RecordsReadAgain {
  /** Indexes of the records that are events now. */
  readonly recovered: ReadonlySet<number>;
  readonly findings: number;
  /** Of all of them: a copy is bounded, and so are its pages. */
  readonly pages: readonly PageBody[];
}

async function readAgain(
  dependencies: RecoveryDependencies,
  records: readonly QuarantinedRecord[],
): Promise<RecordsReadAgain> {
  const effects = new EventEffects(dependencies);
  const recovered = new Set<number>();
  let findings = 0;
  try {
    for (const { receipt, record, judged } of records) {
      if (record === undefined) continue;
      const member = parseMember(record);
      const checked = 'value' in member ? checkedOf(member.value, receipt, dependencies.directory) : undefined;
      if (checked === undefined) continue;
      const before = effects.findings;
      await effects.add({ checked, receipt, source: { bytes: Buffer.from(record) } });
      if (judged === undefined) findings += effects.findings - before;
      recovered.add(receipt.index);
    }
    await effects.finish();
    for (const { receipt } of effects.takeRefused()) recovered.delete(receipt.index);
  } finally {
    await effects.settle();
  }
  return { recovered, findings, pages: effects.takePages() };
}

/** Undefined if a record is no event, or if reading it throws again. */
function checkedOf(value: unknown, receipt: Receipt, directory?: Directory): CheckedRecord | undefined {
  try {
    const result = checkRecord(value, receipt, directory);
    return result.ok ? result.checked : undefined;
  } catch {
    return undefined;
  }
}
