import { layOutJson } from '../../../../../lambda/cloudtrail/record/json-text.ts';
import { redactedTokens } from '../../../../../lambda/cloudtrail/record/redact-json.ts';
import type { ReadMeter } from '../../../../../lambda/store/dynamo/queries/read-meter.ts';
import { Ledger } from '../../../../../lambda/store/ledger/ledger.ts';
import type { EventDetail } from '../../../../../lambda/store/questions/indexed-event.ts';
import { SuppressionTable } from '../../../../../lambda/store/suppressions/suppression-table.ts';
import type { EventAnswer, EventDetailAnswer, Fact, FindingDetail } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import type { FilterName } from '../../../../../ui/protocol/bounds.ts';
import { type RawRecord, readRawRecord } from '../../../../inputs/raw-record.ts';
import { printableJson } from '../../../../output/json.ts';
import { isOwn, readOwnRecord } from '../../../events/own-record.ts';
import type { Answering, PageContext } from '../../context/page-context.ts';
import { eventRow } from '../rows/event-row.ts';
import { findingDetail } from '../rows/finding-row.ts';

/** Findings of one second by one actor that are looked through for those of the event. */
const MAX_LOOKED_AT = 200;

const DAY = 86_400_000;

/** An event as `trailwarden event` shows it. */
export const eventAnswer: Answering<ReadAsked<'event'>, EventAnswer> = async ({ eventID, time }, context, meter) => {
  const at = time === undefined ? undefined : Date.parse(time);
  const times = at === undefined ? {} : { since: new Date(at - DAY), until: new Date(at + DAY) };
  const events = await context.events.event(eventID, times, meter);
  return {
    events: await Promise.all(events.map((event) => detailOf(event, context, meter))),
    command: context.command(['event', eventID]),
  };
};

async function detailOf(event: EventDetail, context: PageContext, meter: ReadMeter): Promise<EventDetailAnswer> {
  const [raw, findings] = await Promise.all([readRecord(event, context), findingsAbout(event, context, meter)]);
  const { bucket, key, version, index } = event.receipt;
  return {
    row: eventRow(event),
    facts: factsOf(event),
    findings,
    receipt: { object: `s3://${bucket}/${key}`, version, index },
    proof: { content: raw.content, sha256: raw.sha256, digest: raw.ledger?.digestStatus ?? 'none' },
    record: raw.text === undefined ? undefined : printableJson(layOutJson(redactedTokens(raw.text), 2)),
    problem: raw.problem,
  };
}

async function readRecord(event: EventDetail, { connection, io }: PageContext): Promise<RawRecord> {
  const { documents, tables, s3 } = connection;
  if (isOwn(event)) return readOwnRecord(new SuppressionTable(documents, tables, io.now), event.receipt);
  try {
    return await readRawRecord(s3, new Ledger(documents, tables.ledger), event.eventID, event.receipt);
  } catch (error) {
    // What the index has is shown all the same.
    return { content: 'unknown', problem: `The log object can't be read: ${messageOf(error)}` };
  }
}

async function findingsAbout(
  { eventID, eventTime, actor }: EventDetail,
  { findings }: PageContext,
  meter: ReadMeter,
): Promise<readonly FindingDetail[]> {
  const since = new Date(eventTime);
  const query = {
    conditions: { actor: [actor] },
    since,
    until: new Date(since.getTime() + 1000),
    limit: MAX_LOOKED_AT,
  };
  const found: FindingDetail[] = [];
  for await (const finding of findings.search(query, meter)) {
    if (finding.eventID === eventID) found.push(findingDetail(finding));
  }
  return found;
}

function factsOf(event: EventDetail): readonly Fact[] {
  const { eventTime, actor, actorKind, session, via, credential, accessKeyId, mfa, address, sourceIPAddress } = event;
  const fact = (name: string, value: string | undefined, filter?: FilterName, isSubject = false): readonly Fact[] =>
    value === undefined ? [] : [{ name, value, ...(filter && { filter }), ...(isSubject && { isSubject: true }) }];
  return [
    ...fact('Time', eventTime),
    ...fact('Actor', actor, 'actor', true),
    ...fact('Kind', actorKind, 'kind'),
    ...fact('Session', session, 'session'),
    ...fact('Through', via),
    ...fact('Credentials', `${credential}${mfa === undefined ? '' : mfa ? ', with MFA' : ', without MFA'}`),
    ...fact('Access key', accessKeyId, 'credential', true),
    ...fact('From', address ?? sourceIPAddress, 'address', address !== undefined),
    ...fact('Network', event.network, 'network'),
    ...fact('Country', event.country, 'country'),
    ...fact('ASN', event.asn, 'asn'),
    ...fact('Carrier', event.asnName),
    ...fact('User agent', event.userAgent, 'userAgent'),
    ...fact('Action', event.action, 'action'),
    ...fact('Access', event.access, 'access'),
    ...fact('Outcome', event.outcome, 'outcome'),
    ...fact('Error', event.errorCode, 'error'),
    ...fact('Message', event.errorMessage),
    ...event.resources.flatMap((resource) => fact('Resource', resource, 'resource', true)),
    ...(event.resourcesCut === true ? fact('Resource', 'and more that the index leaves out') : []),
    ...fact('Account', event.account, 'account'),
    ...fact('Account name', event.accountName),
    ...fact('OU', event.accountOu),
    ...fact('User', event.userName),
    ...fact('Region', event.awsRegion, 'region'),
    ...fact('Category', event.category, 'category'),
    ...fact('Event', event.eventID, undefined, true),
  ];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
