import { type CloudTrailEvent, type Receipt, readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import type { Directory } from '../../../lambda/cloudtrail/directory.ts';
import { readRecords } from '../../../lambda/cloudtrail/log/read-records.ts';
import { isJsonObject } from '../../../lambda/shared/json.ts';
import type { IndexedFinding } from '../../../lambda/store/findings/indexed-finding.ts';
import { EventsInMemory } from '../../../lambda/store/memory/events-in-memory.ts';
import { findingsInMemory } from '../../../lambda/store/memory/findings-in-memory.ts';
import type { NextQuestion } from '../../../lambda/store/questions/incident/incident.ts';
import type { RecordReader } from '../../../lambda/store/questions/incident/read-details.ts';
import type { IncidentSources } from '../../../lambda/store/questions/incident/tell-incident.ts';
import { findRecordFiles, type RecordFile, reasonOf } from '../../inputs/find-files.ts';
import { type KnownOptions, loadKnown } from '../../inputs/known.ts';
import { loadRules, type RuleLoadOptions } from '../../inputs/load-rules.ts';
import { openInput, STANDARD_INPUT } from '../../inputs/open-input.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { fileReceipt, type ScanFinding } from '../scan/report/scan-finding.ts';
import { reportUnreadable } from '../scan/report-totals.ts';
import { scan } from '../scan/scan-files.ts';

/**
 * An incident's sources over files that no deployment has read: their events in memory, and what the rules find.
 * @throws CommandFailure where there is no file, or standard input is named.
 */
export async function sourcesOfFiles(
  paths: readonly string[],
  options: RuleLoadOptions & KnownOptions,
  io: Io,
): Promise<IncidentSources> {
  if (paths.includes(STANDARD_INPUT)) {
    throw new CommandFailure(
      'Files are read several times, and standard input only once: put it into a file.',
      EXIT.usage,
    );
  }
  const { files, unreadable } = await findRecordFiles(paths);
  reportUnreadable(unreadable, io);
  if (files.length === 0) {
    throw new CommandFailure(`There is no file of CloudTrail records in ${paths.join(', ')}.`, EXIT.usage);
  }
  const { ruleSet } = await loadRules(options, io);
  const known = await loadKnown(options, io);
  const tags = new Map(ruleSet.rules.map(({ metadata }) => [metadata.id, metadata.tags]));
  const found: ScanFinding[] = [];
  for await (const finding of scan({ ruleSet, files, known })) found.push(finding);
  const wanted = new Set(found.flatMap((finding) => eventOf(finding) ?? []));
  const { events, keys } = await readEvents(files, wanted, known?.directory, io);
  return {
    events: events.queries(),
    findings: findingsInMemory(found.flatMap((finding) => indexedFinding(finding, { tags, keys }))),
    alerts: { get: async () => undefined },
    records: RECORDS,
  };
}

/** Only an incident is asked over files: other questions are asked as one, or not at all. */
export function askedOfFiles({ question, args }: NextQuestion): readonly NextQuestion[] {
  const [name, first = '', second] = args;
  if (name === 'incident' || name === 'trace' || name === 'timeline')
    return [{ question, args: ['incident', ...args.slice(1)] }];
  return name === 'events' && first === '--address' && second !== undefined
    ? [{ question, args: ['incident', second] }]
    : [];
}

/** The event of a finding; of a correlation the last one. */
function eventOf(finding: ScanFinding): string | undefined {
  return ('eventID' in finding ? finding.eventID : finding.eventIDs.at(-1)) ?? undefined;
}

interface ReadEvents {
  readonly events: EventsInMemory;
  /** Access keys by eventID, of events that have findings: findings of a scan don't tell them. */
  readonly keys: ReadonlyMap<string, string>;
}

async function readEvents(
  files: readonly RecordFile[],
  wanted: ReadonlySet<string>,
  directory: Directory | undefined,
  io: Io,
): Promise<ReadEvents> {
  const events = new EventsInMemory();
  const keys = new Map<string, string>();
  let leftOut = 0;
  for (const { path } of files) {
    try {
      for await (const items of readRecords(openInput(path))) {
        for (const item of items) {
          const receipt = fileReceipt(path, item.index);
          const event = 'value' in item ? eventOfRecord(item.value, receipt, directory) : undefined;
          if (event === undefined || !events.add(event)) {
            leftOut++;
            continue;
          }
          const { accessKeyId } = event.credential;
          if (accessKeyId !== undefined && wanted.has(event.eventID)) keys.set(event.eventID, accessKeyId);
        }
      }
    } catch (error) {
      // What stands before the fault counts, and the other files.
      reportUnreadable([{ path, reason: reasonOf(error) }], io);
    }
  }
  if (leftOut > 0)
    io.stderr.write(`Records that can't be read, or have no time, are left out: ${leftOut}. scan names them.\n`);
  return { events, keys };
}

/** Never throws: a record that can't be classified doesn't keep the others from being told. */
function eventOfRecord(value: unknown, receipt: Receipt, directory?: Directory): CloudTrailEvent | undefined {
  try {
    const result = readEvent(value, receipt, directory);
    return result.ok ? result.event : undefined;
  } catch {
    return undefined;
  }
}

interface Known {
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly keys: ReadonlyMap<string, string>;
}

/** A finding as tables hold it; none of one without a time. */
function indexedFinding(finding: ScanFinding, { tags, keys }: Known): readonly IndexedFinding[] {
  const { findingId, ruleId, title, level, eventTime, actor, actorKind, session, address } = finding;
  const { action, account, region, outcome, errorCode, resources } = finding;
  if (eventTime === null) return [];
  const eventID = eventOf(finding);
  const accessKeyId = eventID === undefined ? undefined : keys.get(eventID);
  return [
    {
      findingId,
      ruleId,
      title,
      level,
      eventTime,
      actor,
      actorKind,
      action,
      account,
      region,
      outcome,
      resources: [...resources],
      tags: tags.get(ruleId) ?? [],
      ...(eventID !== undefined && { eventID }),
      ...(session !== undefined && { session }),
      ...(address !== undefined && { address }),
      ...(errorCode !== undefined && { errorCode }),
      ...(accessKeyId !== undefined && { accessKeyId }),
    },
  ];
}

/** The records of receipts that `fileReceipt` made, each file once. */
const RECORDS: RecordReader = {
  read: async function* (receipts) {
    const byFile = new Map<string, Map<number, Receipt>>();
    for (const receipt of receipts) {
      const wanted = byFile.get(receipt.key) ?? new Map<number, Receipt>();
      wanted.set(receipt.index, receipt);
      byFile.set(receipt.key, wanted);
    }
    // A file that can't be read keeps no other from being read.
    const faults: unknown[] = [];
    for (const [path, wanted] of byFile) {
      const records = recordsOfFile(path, wanted);
      for (;;) {
        const next = await records.next().catch((error: unknown) => {
          faults.push(error);
          return undefined;
        });
        if (next === undefined || next.done === true) break;
        yield next.value;
      }
    }
    if (faults.length > 0) throw faults[0];
  },
};

async function* recordsOfFile(path: string, wanted: ReadonlyMap<number, Receipt>) {
  const last = Math.max(...wanted.keys());
  for await (const items of readRecords(openInput(path))) {
    for (const item of items) {
      const receipt = wanted.get(item.index);
      if (receipt !== undefined && 'value' in item && isJsonObject(item.value)) yield { receipt, record: item.value };
    }
    if ((items.at(-1)?.index ?? 0) >= last) break;
  }
}
