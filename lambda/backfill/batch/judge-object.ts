import { type CloudTrailEvent, readEvent } from '../../cloudtrail/cloudtrail-event.ts';
import { fieldsOf } from '../../cloudtrail/derived-fields.ts';
import type { Directory } from '../../cloudtrail/directory.ts';
import { ContentFault, type LogObjectLimits, readLogObject } from '../../cloudtrail/log/log-object.ts';
import type { Detector } from '../../detection/index.ts';
import { findingOf } from '../../findings/event-finding.ts';
import type { Finding } from '../../findings/finding.ts';
import type { SourceObject } from '../../ingest/object-source.ts';
import { BoundedTasks } from '../../shared/concurrency.ts';
import { isFaultOfAccess } from '../../shared/faults.ts';
import type { PastCorrelations } from './past-correlations.ts';

export interface Judge {
  /** Sees the events. Without it, only rules are matched. */
  readonly correlations?: PastCorrelations;
  readonly limits: LogObjectLimits;
  /** What is known beside the records. */
  readonly directory?: Directory;
  /** Whether the function's time is nearly over: then the object is read no further. */
  readonly mustStop: () => boolean;
  /** Matches rules too, and reports what they find. Without it, events are only shown to the correlations. */
  readonly findings?: {
    readonly detector: Detector;
    /** The ids of the rules that count. */
    readonly rules: ReadonlySet<string>;
    readonly report: (finding: Finding) => Promise<unknown>;
  };
}

export interface JudgedObject {
  readonly records: number;
  /** Events that were judged. */
  readonly indexed: number;
  readonly rejected: number;
  readonly findings: number;
  /** Why the object can't be read, or not to its end. */
  readonly reason?: string;
  /** Whether the time was over before its end: another try begins it again. */
  readonly isCut: boolean;
}

/** Findings that are recorded at the same time. */
const CONCURRENCY = 8;

/**
 * Judges the events of an object, and leaves no trace of it in the index or the ledger. Doing it again changes nothing.
 * @throws faults of access.
 */
export async function judgeObject(object: SourceObject, judge: Judge): Promise<JudgedObject> {
  const tasks = new BoundedTasks(CONCURRENCY);
  const counts = { records: 0, indexed: 0, rejected: 0, findings: 0 };
  const { bucket, key, version } = object;
  const read = (value: unknown, index: number) => eventOf(value, { bucket, key, version, index }, judge.directory);
  let isCut = false;
  try {
    for await (const items of readLogObject(object.body, judge.limits)) {
      isCut = counts.records > 0 && judge.mustStop();
      if (isCut) break;
      for (const item of items) {
        counts.records++;
        const event = 'problem' in item ? undefined : read(item.value, item.index);
        const found = event && (await judgeEvent(event, judge));
        if (found === undefined) {
          counts.rejected++;
          continue;
        }
        counts.indexed++;
        counts.findings += found.length;
        for (const finding of found) await tasks.add(async () => judge.findings?.report(finding));
      }
    }
    await tasks.finish();
    return { ...counts, isCut };
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
    await tasks.finish();
    return { ...counts, reason: error.message, isCut: false };
  } finally {
    await tasks.settle();
  }
}

function eventOf(...args: Parameters<typeof readEvent>): CloudTrailEvent | undefined {
  try {
    const result = readEvent(...args);
    return result.ok ? result.event : undefined;
  } catch {
    return undefined;
  }
}

/** The findings of an event; undefined where judging it throws. */
async function judgeEvent(
  event: CloudTrailEvent,
  { correlations, findings }: Judge,
): Promise<readonly Finding[] | undefined> {
  try {
    const derived = fieldsOf(event.record, () => event);
    if (correlations !== undefined) await correlations.observe(correlations.membershipsOf(event, derived));
    if (findings === undefined) return [];
    const matches = findings.detector.match(event.record, derived);
    return matches.filter(({ ruleId }) => findings.rules.has(ruleId)).map((match) => findingOf(event, match));
  } catch (error) {
    if (isFaultOfAccess(error)) throw error;
    return undefined;
  }
}
