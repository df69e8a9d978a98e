import { Command } from 'commander';
import type { Receipt } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { namedId, placeText } from '../../../lambda/cloudtrail/directory.ts';
import { isLookedUp } from '../../../lambda/cloudtrail/log/looked-up-key.ts';
import { jsonTokens, layOutJson } from '../../../lambda/cloudtrail/record/json-text.ts';
import { redactedTokens } from '../../../lambda/cloudtrail/record/redact-json.ts';
import { ReadMeter } from '../../../lambda/store/dynamo/queries/read-meter.ts';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import type { IndexedFinding } from '../../../lambda/store/findings/indexed-finding.ts';
import { type DigestStatus, Ledger } from '../../../lambda/store/ledger/ledger.ts';
import type { EventDetail } from '../../../lambda/store/questions/indexed-event.ts';
import { SuppressionTable } from '../../../lambda/store/suppressions/suppression-table.ts';
import { type Connection, type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { type RawRecord, readRawRecord } from '../../inputs/raw-record.ts';
import { eventJson, eventListing } from '../../listings/event-listing.ts';
import { actorText } from '../../listings/event-text.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readText } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { JsonSource, printableJson } from '../../output/json.ts';
import { type Listing, printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { levelStyle, outcomeStyle, paintFor, type Style } from '../../output/text-style.ts';
import { relativeTime } from '../../time/relative-time.ts';
import type { Zone } from '../../time/time-zone.ts';
import { isOwn, readOwnRecord } from './own-record.ts';

interface EventOptions extends ConnectionOptions, TimeOptions, ReadLimitOptions {
  readonly format: Format;
}

/** An event, and the record that its receipt names. */
interface FoundEvent {
  readonly event: EventDetail;
  readonly raw: RawRecord;
  /** What rules found about it; correlations that count it name their last event only. */
  readonly findings: readonly IndexedFinding[];
}

/** Findings of one second by one actor that are looked through for those of the event. */
const MAX_LOOKED_AT = 200;

const HELP = `
Shows the event as the index has it and the record as CloudTrail wrote it, read from S3 by its receipt. The whole log
object is read: its SHA-256 must be the one in the ledger, and the ledger says whether CloudTrail's digest vouched for
it. Ends with 1 where there is no such event, with 4 where the log object isn't what it was.
The record is shown token by token as it stands in the log object: numbers, escapes and repeated members are CloudTrail's.
A table lays it out over several lines, with *** for values at known secret paths; json, jsonl and csv have all of it on
one line.
An eventID says nothing of its day, so that each segment of the index is asked for it, about one read unit a segment:
--since and --until bound which.

Examples:
  $ trailwarden event 8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e
  $ trailwarden event 8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e --format jsonl | jq .record.requestParameters
`;

export function eventCommand(io: Io): Command {
  const command = new Command('event')
    .description('Shows one event with its raw record from S3, and checks that nobody has changed it.')
    .argument('<id>', 'eventID of the event', readEventId);
  withConnection(withReadLimit(withFormat(withTimes(command))));
  return command.addHelpText('after', HELP).action((id: string, options: EventOptions) => show(id, options, io));
}

/** CloudTrail writes the ids of events in small letters, wherever they were copied from. */
function readEventId(value: string): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : readText(value);
}

async function show(id: string, options: EventOptions, io: Io): Promise<void> {
  const times = askedTimes(options, io.now());
  const meter = new ReadMeter(options.maxReads);
  const found = await connected(options, async (connection) => {
    const { documents, tables, s3 } = connection;
    const ledger = new Ledger(documents, tables.ledger);
    const suppressions = new SuppressionTable(documents, tables, io.now);
    const events = await withinReadLimit(() => eventQuestions(connection, io).event(id, times, meter));
    return Promise.all(
      events.map(async (event) => ({
        event,
        findings: await findingsOf(event, connection, io),
        raw: isOwn(event)
          ? await readOwnRecord(suppressions, event.receipt)
          : await readRawRecord(s3, ledger, event.eventID, event.receipt),
      })),
    );
  });
  if (found.length === 0) throw new CommandFailure(`There is no event ${id} in the index.`);
  if (options.format === 'table') {
    io.stdout.write(found.map((it) => describe(it, options.zone, io)).join('\n'));
  } else {
    await printListing(found, listing(options.zone, io.now()), options.format, io);
  }
  for (const { raw } of found) {
    if (raw.content === 'changed') throw new CommandFailure(CHANGED, EXIT.notGenuine);
    if (raw.ledger?.digestStatus === 'modified') throw new CommandFailure(MODIFIED, EXIT.notGenuine);
    if (raw.record === undefined) throw new CommandFailure(raw.problem ?? 'The record is not there.');
  }
}

/** The findings about an event. An index by actor and time leads to them. */
async function findingsOf(
  { eventID, eventTime, actor }: EventDetail,
  { documents, tables }: Connection,
  io: Io,
): Promise<readonly IndexedFinding[]> {
  const since = new Date(eventTime);
  const until = new Date(since.getTime() + 1000);
  const query = { conditions: { actor: [actor] }, since, until, limit: MAX_LOOKED_AT };
  const found: IndexedFinding[] = [];
  for await (const finding of createFindingQueries(documents, tables, io.now).search(query)) {
    if (finding.eventID === eventID) found.push(finding);
  }
  return found;
}

const CHANGED = 'The log object is not what was indexed: somebody has changed it since.';
const MODIFIED = 'The log object is not what CloudTrail wrote: its digest names another SHA-256.';

function listing(zone: Zone, now: Date): Listing<FoundEvent> {
  const events = eventListing(zone, now);
  return {
    columns: [],
    nothing: events.nothing,
    json: ({ event, raw, findings }) => {
      const { receipt } = event;
      const { receipt: shown, ...members } = eventJson(event);
      return {
        ...members,
        resources: event.resources,
        findings: findings.map(({ findingId, ruleId, title, level, alertId }) => ({
          findingId,
          ruleId,
          title,
          level,
          alertId,
        })),
        receipt: shown,
        object: {
          content: raw.content,
          file: raw.file,
          sha256: raw.sha256,
          ledgerSha256: raw.ledger?.sha256,
          ledgerStatus: raw.ledger?.status,
          digestStatus: digestStatusOf(raw, receipt),
        },
        record: raw.text === undefined ? null : new JsonSource(raw.text),
        problem: raw.problem,
      };
    },
    csv: {
      ...Object.fromEntries(
        Object.entries(events.csv).map(([name, value]) => [name, ({ event }: FoundEvent) => value(event)]),
      ),
      content: ({ raw }) => raw.content,
      digestStatus: ({ raw, event }) => digestStatusOf(raw, event.receipt),
      record: ({ raw }) => (raw.text === undefined ? undefined : layOutJson(jsonTokens(raw.text))),
    },
  };
}

/** What a digest says of the object; of one that no digest can name, that none does. */
function digestStatusOf({ ledger }: RawRecord, { key }: Receipt): DigestStatus | undefined {
  return ledger?.digestStatus ?? (isLookedUp(key) ? 'unvouched' : undefined);
}

type Line = readonly [name: string, text: string | undefined, style?: Style];

function describe({ event, raw, findings }: FoundEvent, zone: Zone, io: Io): string {
  const paint = paintFor(io.stdout.colours);
  const lines = [...eventLines(event, zone, io.now()), ...findings.map(findingLine), ...objectLines(event, raw)];
  const text = lines.flatMap(([name, value, style = 'plain']) =>
    value === undefined ? [] : [`${paint(name.padEnd(12), 'faint')} ${paint(printableLines(value), style)}`],
  );
  const record = raw.text === undefined ? [] : ['', printableJson(layOutJson(redactedTokens(raw.text), 2))];
  return `${[...text, ...record].join('\n')}\n`;
}

function eventLines(event: EventDetail, zone: Zone, now: Date): readonly Line[] {
  const { accessKeyId, credential, mfa, errorCode, errorMessage, outcome, resources } = event;
  const time = new Date(event.eventTime);
  const failure = [errorCode, errorMessage].filter((part) => part !== undefined).join(': ');
  return [
    ['Event', event.eventID, 'heading'],
    ['When', `${zone.format(time)} ${zone.name}, ${relativeTime(time, now)}`],
    event.actorKind === 'root' ? ['Who', actorText(event), 'bad'] : ['Who', `${actorText(event)}, ${event.actorKind}`],
    ['Actor', event.actor],
    ['Credentials', `${credential}${accessKeyId === undefined ? '' : `, ${accessKeyId}`}${mfaText(mfa)}`],
    ['From', event.address ?? event.sourceIPAddress],
    ['Place', placeText(event)],
    ['With', event.userAgent],
    ['Did', `${event.action} (${event.access})`, 'notable'],
    ['Outcome', failure === '' ? outcome : `${outcome}, ${failure}`, outcomeStyle(outcome)],
    ['In', `${namedId(event.account, event.accountName)} ${event.awsRegion}`],
    ['OU', event.accountOu],
    ...resources.map((resource, index): Line => [index === 0 ? 'Resources' : '', resource]),
    ['', event.resourcesCut ? 'and more that the index leaves out' : undefined, 'faint'],
  ];
}

function findingLine({ title, level, ruleId, alertId }: IndexedFinding, index: number): Line {
  const alert = alertId === undefined ? '' : `, alert ${alertId}`;
  return [index === 0 ? 'Findings' : '', `${level}: ${title}, rule ${ruleId}${alert}`, levelStyle(level)];
}

function mfaText(mfa: boolean | undefined): string {
  return mfa === undefined ? '' : mfa ? ', with MFA' : ', without MFA';
}

function objectLines(event: EventDetail, raw: RawRecord): readonly Line[] {
  const { bucket, key, version, index } = event.receipt;
  if (isOwn(event))
    return [
      ['Receipt', `suppression ${key} in the table ${bucket}`],
      ['Problem', raw.problem, 'bad'],
    ];
  return [
    ['Receipt', `s3://${bucket}/${key}`],
    ['', `version ${version}, record ${index}`],
    ['File', raw.file === '-' ? 'standard input' : raw.file],
    ['Log object', CONTENT[raw.content].text, CONTENT[raw.content].style],
    ['SHA-256', raw.sha256],
    ['Digest', digestText(raw, key), raw.ledger?.digestStatus === 'modified' ? 'bad' : 'plain'],
    ['Problem', raw.problem, 'bad'],
  ];
}

const CONTENT: Readonly<Record<RawRecord['content'], { text: string; style: Style }>> = {
  same: { text: 'its SHA-256 is the one in the ledger: as it was indexed', style: 'good' },
  changed: { text: 'its SHA-256 is NOT the one in the ledger: it was changed after it was indexed', style: 'critical' },
  unknown: { text: 'the ledger has no SHA-256 to compare with', style: 'warning' },
};

function digestText({ ledger }: RawRecord, key: string): string {
  if (isLookedUp(key)) return 'none: the record is from LookupEvents, and nothing vouches for it';
  switch (ledger?.digestStatus) {
    case 'verified':
      return 'vouches for the log object: it is what CloudTrail wrote';
    case 'modified':
      return 'names another SHA-256: the log object is NOT what CloudTrail wrote';
    case 'missing':
      return 'names the log object, which was missing when the digest was read';
    case 'unvouched':
      return 'doesn’t name the log object, though its time is over';
    case undefined:
      return 'not seen yet: nothing vouches for the log object so far';
  }
}
