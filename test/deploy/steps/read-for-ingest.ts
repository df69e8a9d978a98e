import * as z from 'zod';
import { type Deployed, Subscriber } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { putInSilence } from '../world/silence.ts';
import { REGION } from '../world/world.ts';
import { hourOf } from './deliver.ts';

const MANY_FAILED_SIGN_INS = '1cd7081d-49ba-4086-8cb7-0ab8e0852440';

const answerSchema = z.object({ report: z.looseObject({ closed: z.number() }) });

/**
 * Objects of this hour that nobody has told ingest of: a backfill reads them as ingest would have, with alerts, the
 * correlations of new events, and rows.
 */
export async function readForIngest(deployed: Deployed): Promise<void> {
  const { world, name } = deployed;
  const programs = await Subscriber.to(world, deployed.topic('alerts'));
  const { logs, at } = hourOf(deployed, 'bob');
  await putInSilence(deployed, logs);
  const line = `npm run -s trailwarden -- backfill --since ${at.toISOString().slice(0, 10)} --yes --format json --deployment ${name}`;
  const result = await world.shell(line, `${name}-backfill-operator-${REGION}`);
  expectCode(result, 0, line);
  const { report } = answerSchema.parse(JSON.parse(result.stdout));
  expectThat(
    report.closed === logs.length && report.recordsRejected === 1 && report.left === 0,
    'A backfill does not read new objects as ingest would.',
    report,
  );
  await programs.message('bob');
  const fired = (await deployed.rows('findings')).filter(
    ({ ruleId, actorName }) => ruleId === MANY_FAILED_SIGN_INS && actorName === 'bob',
  );
  expectThat(
    fired.length === 1 && fired[0]?.alertId !== undefined,
    'New objects set off no correlation, or it alerts nobody.',
    fired,
  );
}
