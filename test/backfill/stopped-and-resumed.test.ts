import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { PACK_FINALLY } from '../../lambda/pack/pack-policy.ts';
import { wirePack } from '../../lambda/pack/wiring.ts';
import { readPackEnvironment } from '../../lambda/runtime/environment.ts';
import { readAllConditions } from '../../lambda/store/questions/conditions.ts';
import { countEvents } from '../../lambda/store/questions/count.ts';
import { searchSnapshot } from '../../lambda/store/questions/search.ts';
import { compareSummaries, type EventSummary, summaryKey, summaryOf } from '../../lambda/store/segments/summary.ts';
import { takeSnapshot } from '../../lambda/store/segments/table/snapshot.ts';
import type { BackfillFunctions } from '../../local/states/local-executions.ts';
import { seeded } from '../chaos/faults.ts';
import { plainAnswer, plainFilter, questionsAbout } from '../store/questions/made-questions.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';
import { RECEIPT } from '../support/records.ts';
import { BackfillBed, putAll } from './backfill-bed.ts';
import { madePast } from './made-objects.ts';

jest.setTimeout(240_000);

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const QUESTIONS = 50;
const OBJECTS = 120;
const BATCH = { objects: 8, seconds: 120, keyBytes: 200_000 };

const past = madePast({ objects: OBJECTS, broken: 2, seed: 77, records: 6 });
const events: readonly EventSummary[] = past.records
  .map((record) => {
    const read = readEvent(record, RECEIPT);
    if (!read.ok) throw new Error(read.reason);
    return summaryOf(read.event);
  })
  .sort(compareSummaries);

/** Stops an execution as a person would, when a batch is begun. */
function stoppedAtBatch(
  number: number,
  stop: () => Promise<void>,
): (functions: BackfillFunctions) => BackfillFunctions {
  let begun = 0;
  return ({ list, batch }) => ({
    list,
    batch: async (event, context) => {
      if (++begun === number) await stop();
      return batch(event, context);
    },
  });
}

/** Questions about the index, each compared with a plain filter over the records. */
async function expectRightAnswers({ aws }: Deployment, seed: number): Promise<void> {
  const client = DynamoDBDocumentClient.from(aws.clients.dynamodb);
  const snapshot = await takeSnapshot({ client, table: aws.resources.tables.segments, now: new Date() });
  await fc.assert(
    fc.asyncProperty(questionsAbout(events), async (asked) => {
      const found: string[] = [];
      const read = { conditions: readAllConditions(asked.conditions, asked.not ?? {}), range: asked.range };
      for await (const event of searchSnapshot(snapshot, { ...read, order: asked.order })) {
        if (found.length >= asked.limit) break;
        found.push(summaryKey(event));
      }
      expect(found).toEqual(plainAnswer(events, asked).map(summaryKey));
      expect(await countEvents(snapshot, read.conditions, read.range)).toBe(plainFilter(events, asked).length);
    }),
    { numRuns: QUESTIONS, seed },
  );
}

test.each(SEEDS)(
  'stopped at a random batch and resumed, the answers are those of a plain filter (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const deployment = await startDeployment();
    const { clients, resources } = deployment.aws;
    await putAll(clients.s3, resources.buckets.logs, past.objects);
    const settings = { list: { batchLimits: BATCH, partLimits: { batches: 6, bytes: 1e9 } } };
    const run = { run: 'stopped', maxConcurrency: 1 + Math.floor(random() * 3) };
    let bed: BackfillBed | undefined;
    const stopping = stoppedAtBatch(1 + Math.floor(random() * 12), async () => bed?.executions.stop('stopped-1'));
    bed = new BackfillBed(deployment, { ...settings, around: stopping });
    expect(await bed.run(run)).toMatchObject({ status: 'ABORTED' });
    const early = await bed.report('stopped');
    expect(early.closed).toBeLessThan(OBJECTS - 2);
    expect(await bed.run({ ...run, attempt: 2 })).toMatchObject({ status: 'SUCCEEDED' });
    const report = await bed.report('stopped', 2);
    expect(report).toMatchObject({ objects: OBJECTS, closed: OBJECTS - 2, rejected: 2, before: 0, left: 0 });
    expect(report).toMatchObject({ records: past.records.length, indexed: past.records.length });

    // In half of the runs pack has been there before the questions.
    if (seed % 2 === 0) {
      const environment = readPackEnvironment(resources.variables.pack);
      const logger = new Logger({ serviceName: 'test', logLevel: 'SILENT' });
      await wirePack({
        environment,
        dynamodb: clients.dynamodb,
        logger,
        metrics: new CountedMetrics(),
        policy: PACK_FINALLY,
      })();
    }
    await expectRightAnswers(deployment, seed);
    bed.stop();
    await deployment.aws.stop();
  },
);
