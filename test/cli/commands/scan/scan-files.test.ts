import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { scan } from '../../../../cli/commands/scan/scan-files.ts';
import { findRecordFiles, type RecordFile } from '../../../../cli/inputs/find-files.ts';
import { parseRules } from '../../../../lambda/detection/index.ts';
import type { JsonObject } from '../../../../lambda/shared/json.ts';
import { iamUser, logObject, record } from '../../../support/records.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';

const RULES = `
title: A describe call
logsource: { product: aws, service: cloudtrail }
detection:
  call: { eventName|startswith: Describe, trailwarden.access: [list, read] }
  condition: call
---
title: Failed
name: failed
logsource: { product: aws, service: cloudtrail }
detection:
  failed: { trailwarden.outcome: denied }
  condition: failed
---
title: Many failed
name: many_failed
correlation:
  type: event_count
  rules: [failed]
  group-by: [userIdentity.userName]
  timespan: 5m
  condition: { gte: 4 }
---
title: Few failed
correlation:
  type: event_count
  rules: [failed]
  group-by: [userIdentity.userName]
  timespan: 5m
  condition: { lt: 2 }
---
title: Many users with many failed
correlation:
  type: value_count
  rules: [many_failed]
  generate: true
  timespan: 1h
  condition: { field: userIdentity.userName, gte: 2 }
`;

/** A number that looks random and is always the same. */
function draw(seed: string, below: number): number {
  return createHash('sha256').update(seed).digest().readUInt32BE() % below;
}

function someRecord(index: number): JsonObject {
  const seconds = draw(`time ${index}`, 3 * 3600);
  return record({
    // Some events come in two files.
    eventID: `e-${index % 540}`,
    eventTime: `${new Date(Date.UTC(2026, 10, 20, 12) + (index % 540 === index ? seconds : draw(`time ${index % 540}`, 3 * 3600)) * 1000).toISOString().slice(0, 19)}Z`,
    userIdentity: iamUser(`user-${draw(`user ${index % 540}`, 4)}`),
    ...(draw(`failed ${index % 540}`, 3) === 0 && { errorCode: 'AccessDenied' }),
  });
}

describe('a scan', () => {
  let folder: TemporaryFolder;
  let files: readonly RecordFile[];
  const { ruleSet, problems } = parseRules([{ text: RULES }]);

  beforeAll(async () => {
    folder = await temporaryFolder();
    for (let file = 0; file < 12; file++) {
      const records = Array.from({ length: 50 }, (_, index) => someRecord(file * 50 + index));
      await folder.write(`${String(file).padStart(2, '0')}.json.gz`, logObject(records));
    }
    files = (await findRecordFiles([folder.path])).files;
  });
  afterAll(() => folder.remove());

  async function run(threads: number, list = files) {
    const done: string[] = [];
    const scanned = scan({ ruleSet, files: list, threads, onFile: ({ path }) => done.push(path) });
    const findings: unknown[] = [];
    for (;;) {
      const { done: ended, value } = await scanned.next();
      if (ended) return { findings, totals: value, done };
      findings.push(value);
    }
  }

  test('finds the same, in the same order, on any number of threads', async () => {
    expect(problems).toEqual([]);
    const alone = await run(1);
    expect(alone.totals).toMatchObject({ files: 12, records: 600, judged: 600 });
    expect(alone.totals.repeated).toBeGreaterThan(10);
    const titles = new Set(alone.findings.map((finding) => (finding as { title: string }).title));
    expect([...titles].sort()).toEqual(['A describe call', 'Few failed', 'Many failed', 'Many users with many failed']);
    for (const threads of [2, 5]) expect(await run(threads)).toEqual(alone);
  });

  test('stops its threads when nobody asks for more', async () => {
    for await (const finding of scan({ ruleSet, files, threads: 2 })) {
      expect(finding).toBeDefined();
      break;
    }
  });

  test('survives a file that goes away', async () => {
    const scanned = scan({ ruleSet, files: [{ path: `${folder.path}/gone.json`, bytes: 1 }, ...files], threads: 2 });
    for (;;) {
      const { done, value } = await scanned.next();
      if (!done) continue;
      expect(value.unreadableFiles).toEqual([
        { path: `${folder.path}/gone.json`, reason: 'there is no such file or folder' },
      ]);
      return;
    }
  });

  test('finds in one large file, on any number of threads and with a fault in it, what it finds in its parts', async () => {
    // Compressed to more than a megabyte, so that threads share it: text that can't be foretold.
    const records = Array.from({ length: 600 }, (_, index) => ({
      ...someRecord(index),
      requestParameters: { note: createHash('shake256', { outputLength: 6_000 }).update(`${index}`).digest('base64') },
    }));
    const text = JSON.stringify({ Records: records });
    const fault = text.indexOf('"e-400"');
    const contents = {
      'whole.json.gz': gzipSync(text),
      'plain.json': text,
      'faulty.json.gz': gzipSync(`${text.slice(0, fault)}}${text.slice(fault)}`),
      'cut.json.gz': gzipSync(text).subarray(0, 1_800_000),
    };
    const reasons: unknown[] = [];
    for (const [name, content] of Object.entries(contents)) {
      const path = await folder.write(`large/${name}`, content);
      const large = [{ path, bytes: Buffer.byteLength(content) }];
      expect(large[0]?.bytes).toBeGreaterThan(1024 * 1024);
      const [streamed, alone, together] = await Promise.all(
        // A size that nobody knows has it read as a stream.
        [[{ path, bytes: 0 }], large, large].map((list, index) => run(index === 2 ? 3 : 1, list)),
      );
      expect(alone).toEqual(streamed);
      expect(together).toEqual(streamed);
      expect(streamed?.totals.records).toBeGreaterThan(200);
      reasons.push(...(streamed?.totals.unreadableFiles ?? []));
    }
    expect(reasons).toHaveLength(2);
  });
});
