import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { takeLease } from '../../../lambda/store/segments/table/lease.ts';
import { DEFAULT_RULES } from '../../../local/deployment/default-rules.ts';
import { type Functions, localFunctions } from '../../../local/deployment/local-functions.ts';
import { writeRuleSet } from '../../../local/deployment/local-rule-set.ts';
import { startPipeline } from '../../../local/run/local-pipeline.ts';
import { eventsOn, PackedTable } from '../../pack/packed-table.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

let aws: EmbeddedAws;
let made: PackedTable;
let functions: Functions;

beforeAll(async () => {
  const rulesFile = join(await mkdtemp(join(tmpdir(), 'trailwarden-pipeline-')), 'rules.json');
  await writeRuleSet(DEFAULT_RULES, rulesFile);
  aws = await startEmbeddedAws({ rulesFile });
  made = PackedTable.over(aws, aws.resources.tables.segments);
  made.now = new Date();
  const real = localFunctions(aws, { log: new PassThrough().resume() });
  // What sweep does is not what this is about.
  functions = { ...real, sweep: async () => undefined };
});

afterAll(() => aws.stop());

test('before the pipeline ends, all pages are in segments, those of this moment too', async () => {
  const errors: unknown[] = [];
  const pipeline = startPipeline(aws, { functions, onError: (error) => errors.push(error) });
  await made.write(eventsOn('2026-11-20', 5), { at: made.now });
  await pipeline.finish();
  expect(errors).toEqual([]);
  made.now = new Date();
  expect(await made.read()).toMatchObject({ segments: 1, pages: 0 });
});

test('a run that died in the midst of packing does not keep the next one from it', async () => {
  await takeLease(made, 0, new Date(Date.now() - 2_000), 1_000);
  await made.write(eventsOn('2026-11-20', 5), { at: new Date() });
  expect(await functions.packAll()).toMatchObject({ status: 'done', events: 5 });
});
