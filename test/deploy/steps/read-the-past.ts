import * as z from 'zod';
import { objectName } from '../../../lambda/store/ledger/object-versions.ts';
import { type MadePast, madePast } from '../../backfill/made-objects.ts';
import { indexedEvents } from '../../support/indexed-events.ts';
import type { Deployed } from '../world/deployed.ts';
import { eventually, expectCode, expectThat } from '../world/expect.ts';
import { putInSilence } from '../world/silence.ts';
import { REGION } from '../world/world.ts';

/**
 * Of 5,000 objects 20 are broken, and 300 were read before: of fewer (`BACKFILL_OBJECTS=500`) the same parts. All of it takes
 * two and a half minutes, and three quarters of one with 500.
 */
const OBJECTS = Number(process.env.BACKFILL_OBJECTS ?? 5000);
const BROKEN = OBJECTS / 250;
const BEFORE = (OBJECTS * 3) / 50;

/** Keys that a message names, as CloudTrail's own notifications may. */
const KEYS_A_MESSAGE = 10;

/** The days of the made objects. */
const DAYS = '--since 2026-11-19 --until 2026-11-21';

const reportSchema = z.object({ run: z.string(), attempt: z.number(), report: z.record(z.string(), z.unknown()) });

/**
 * Objects that lay in the bucket before anybody listened: the deployed state machine lists them and reads them in batches,
 * is stopped among them and resumed, reports each once, and changes nothing when it is run again.
 */
export async function readThePast(deployed: Deployed): Promise<void> {
  const past = madePast({ objects: OBJECTS, broken: BROKEN, seed: 3 });
  await putInSilence(deployed, past.objects);
  const before = await haveIngestRead(deployed, past);

  const started = await command(deployed, `backfill ${DAYS} --yes --no-wait --max-concurrency 1`);
  const run = started.trim();
  await eventually(
    'a batch is read',
    async () => {
      const { report } = reportSchema.parse(
        JSON.parse(await command(deployed, `backfill status ${run} --format json`)),
      );
      return Number(report.batchesRead) > 0 ? true : undefined;
    },
    { withinSeconds: 240 },
  );
  await command(deployed, `backfill stop ${run}`);
  const { report } = reportSchema.parse(JSON.parse(await command(deployed, `backfill resume ${run} --format json`)));
  expectReport(report, past, before);
  const kept = await stateOf(deployed, past);
  expectThat(
    String(kept.events) === String(past.records.map(({ eventID }) => eventID).toSorted()),
    'The index does not hold each event of the past once.',
    { indexed: kept.events.length, made: past.records.length },
  );
  const alerted = kept.findings.filter(({ key, alertId }) => alertId !== undefined && !before.has(String(key)));
  expectThat(alerted.length === 0, 'A backfill that was not asked to has sent alerts:', alerted);

  const again = await command(deployed, `backfill resume ${run} --format json`);
  expectReport(reportSchema.parse(JSON.parse(again)).report, past, before);
  const nothing = await deployed.world.shell(lineOf(deployed, `backfill ${DAYS} --yes`), operator(deployed));
  expectCode(nothing, 0, 'backfill again');
  expectThat(nothing.output.includes('nothing to be read'), 'A second backfill reads again:', nothing.output);
  const later = await stateOf(deployed, past);
  expectThat(JSON.stringify(later) === JSON.stringify(kept), 'A second run changed ledger, index or findings.');
}

/** @returns the keys of the objects that ingest has read. */
async function haveIngestRead(deployed: Deployed, { objects, broken }: MadePast): Promise<ReadonlySet<string>> {
  const { bucket } = deployed;
  const good = objects.filter(({ key }) => !broken.includes(key));
  const keys = good.slice(0, BEFORE).map(({ key }) => key);
  for (let at = 0; at < keys.length; at += KEYS_A_MESSAGE) {
    await deployed.queue('logs', { s3Bucket: bucket, s3ObjectKey: keys.slice(at, at + KEYS_A_MESSAGE) });
  }
  const wanted = new Set(keys);
  await eventually(
    `ingest reads ${keys.length} objects`,
    async () => {
      const rows = await ledgerOf(deployed);
      return rows.filter(({ key, status }) => wanted.has(key) && status === 'closed').length === keys.length
        ? true
        : undefined;
    },
    { withinSeconds: 120, everyMs: 2000 },
  );
  return wanted;
}

function expectReport(
  report: Readonly<Record<string, unknown>>,
  { objects, broken, records }: MadePast,
  before: ReadonlySet<string>,
): void {
  const readBefore = before.size;
  const wanted: Readonly<Record<string, unknown>> = {
    objects: objects.length,
    before: readBefore,
    closed: objects.length - readBefore - broken.length,
    rejected: broken.length,
    left: 0,
    isListed: true,
    batchesRead: report.batches,
    recordsRejected: 0,
    indexed: report.records,
  };
  for (const [name, value] of Object.entries(wanted)) {
    expectThat(report[name] === value, `The report says ${name} ${report[name]}, not ${value}.`, report);
  }
  // What ingest has read is in none of its batches.
  const [read, made] = [Number(report.records), records.length];
  expectThat(read > 0 && read < made, `The report says ${read} records of ${made}.`);
  const named = z.array(z.object({ key: z.string(), what: z.string() })).parse(report.named);
  const others = named.filter(({ key, what }) => what !== 'rejected' || !broken.includes(key));
  expectThat(named.length > 0 && others.length === 0, 'The report names others than the broken objects:', named);
}

/** What must be the same after a second run. Pack works at any time: where an event is kept may change. */
async function stateOf(deployed: Deployed, { records }: MadePast) {
  const made = new Set(records.map(({ eventID }) => eventID));
  const { documents } = deployed.world.clients;
  const events = await indexedEvents(documents, deployed.table('segments'));
  const findings = (await deployed.rows('findings')).filter(({ eventID }) => made.has(String(eventID)));
  return {
    events: events.flatMap(({ eventID }) => (made.has(eventID) ? [eventID] : [])).toSorted(),
    findings: findings
      .map(({ findingId, alertId, receipt }) => ({
        findingId: String(findingId),
        alertId,
        key: z.object({ key: z.string() }).parse(receipt).key,
      }))
      .toSorted((a, b) => (a.findingId < b.findingId ? -1 : 1)),
    ledger: (await ledgerOf(deployed)).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

async function ledgerOf(deployed: Deployed) {
  const prefix = objectName(deployed.bucket, '');
  return (await deployed.rows('ledger')).flatMap(({ object, ...row }) => {
    const name = String(object);
    return name.startsWith(prefix) ? [{ ...row, key: name.slice(prefix.length), status: row.status }] : [];
  });
}

/** Runs a command with the rights of whoever may spend what a backfill costs. @returns what it prints. */
async function command(deployed: Deployed, args: string): Promise<string> {
  const line = lineOf(deployed, args);
  const result = await deployed.world.shell(line, operator(deployed));
  const isStatus = args.startsWith('backfill status');
  if (!isStatus) expectCode(result, 0, line);
  return result.stdout;
}

function lineOf({ name }: Deployed, args: string): string {
  return `npm run -s trailwarden -- ${args} --deployment ${name}`;
}

function operator({ name }: Deployed): string {
  return `${name}-backfill-operator-${REGION}`;
}
