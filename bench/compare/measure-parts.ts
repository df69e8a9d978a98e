import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeRules } from '../detection.ts';
import { madeEvents, madeRecord } from '../made/events.ts';

/**
 * Measures the inner parts of the code in a folder, of this commit or another one: `node measure-parts.ts FOLDER` prints
 * microseconds of CPU an event by part, as JSON. A part that the folder's code doesn't have is left out.
 */

const EVENTS = 2_000;
const WARM_ROUNDS = 2;
const ROUNDS = 3;
const ROUND_MICROSECONDS = 60_000;
const RULES = 790;

const [folder = process.cwd()] = process.argv.slice(2);
const load = (file: string) => import(join(folder, file));
const receipt = { bucket: 'b', key: 'k', version: 'v', index: 0 };
const made = [...madeEvents({ seed: 14, eventsPerObject: [500] }, '2026-11-18', EVENTS)].map((event) =>
  madeRecord(event),
);
const object = gzipSync(JSON.stringify({ Records: made }));
const limits = { maxObjectBytes: 2 ** 31, maxRecordBytes: 4 * 1024 * 1024 };

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

/** What each part does with all of the events, once its code is loaded. */
const PARTS: Readonly<Record<string, () => Promise<() => unknown>>> = {
  'stream of records': async () => {
    const { readLogObject } = await load('lambda/cloudtrail/log/log-object.ts');
    return async () => {
      for await (const _ of readLogObject(once(object), limits));
    };
  },
  'object at once': async () => {
    const { readSmallOrLarge } = await load('lambda/cloudtrail/log/read-log-object.ts');
    return async () => {
      for await (const _ of readSmallOrLarge({ body: once(object), length: object.length }, limits));
    };
  },
  classifying: async () => {
    const { readEvent } = await load('lambda/cloudtrail/cloudtrail-event.ts');
    return () => {
      for (const record of made) readEvent(record, receipt);
    };
  },
  [`matching, ${RULES} rules`]: async () => {
    const { compileRules } = await load('lambda/detection/index.ts');
    const { detector } = compileRules(makeRules(RULES));
    return () => {
      for (const record of made) detector.match(record);
    };
  },
  rows: async () => {
    const { eventRows } = await load('lambda/store/rows/event-row.ts');
    const events = await readEvents();
    const options = { rowDays: 30, now: new Date() };
    return () => {
      for (const event of events) eventRows(event, options);
    };
  },
  pages: async () => {
    const { encodePages } = await load('lambda/store/segments/table/page-rows.ts');
    const { summaryOf } = await load('lambda/store/segments/summary.ts');
    const summaries = (await readEvents()).map((event) => summaryOf(event));
    return () => encodePages(summaries);
  },
};

async function readEvents(): Promise<readonly unknown[]> {
  const { readEvent } = await load('lambda/cloudtrail/cloudtrail-event.ts');
  return made.flatMap((record) => {
    const result = readEvent(record, receipt);
    return result.ok ? [result.event] : [];
  });
}

const measured: Record<string, number> = {};
for (const [name, prepare] of Object.entries(PARTS)) {
  const run = await prepare().catch(() => undefined);
  if (run === undefined) continue;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    const before = process.cpuUsage();
    let [user, runs] = [0, 0];
    // Systems count CPU time in steps of some milliseconds.
    for (; user < ROUND_MICROSECONDS; runs++) {
      await run();
      user = process.cpuUsage(before).user;
    }
    if (round >= WARM_ROUNDS) best = Math.min(best, user / runs / EVENTS);
  }
  measured[name] = Number(best.toFixed(3));
}
process.stdout.write(JSON.stringify(measured));
