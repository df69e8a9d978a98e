import { setTimeout as sleep } from 'node:timers/promises';
import { executionName } from '../../../lambda/backfill/backfill-request.ts';
import { readProgress, readReport } from '../../../lambda/backfill/report.ts';
import { countProgress } from '../../output/count-progress.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { reportText, statusText } from './backfill-text.ts';
import type { BackfillExecution, Engine } from './engine.ts';
import type { ReportFormat } from './report-format.ts';

export interface FollowedRun {
  readonly run: string;
  readonly attempt: number;
  /** Whether not to wait for its end. */
  readonly mayLeave: boolean;
  readonly format: ReportFormat;
  /** Objects that were listed for the estimate: what the bar goes up to, until the list itself is there. */
  readonly objects?: number;
}

/** Milliseconds between looking how far it is: at first, and after a while. */
const FIRST_LOOK = 250;
const LAST_LOOK = { elsewhere: 5_000, here: 500 } as const;

/**
 * Shows how far a backfill is until its end, and then its report.
 * @throws CommandFailure where it ended otherwise than well, or has left objects.
 */
export async function followRun(engine: Engine, followed: FollowedRun, io: Io): Promise<void> {
  const { run, attempt, mayLeave, format, objects = 0 } = followed;
  const name = executionName({ run, attempt });
  if (mayLeave && engine.isElsewhere) {
    io.stdout.write(`${run}\n`);
    io.stderr.write(`It has begun: trailwarden backfill status ${run} says how far it is.\n`);
    return;
  }
  if (engine.isElsewhere) io.stderr.write(`${run} has begun, and goes on if you leave.\n`);
  const progress = countProgress('objects', io);
  let execution: BackfillExecution | undefined;
  try {
    for (let looks = 0; ; looks++) {
      execution = await engine.describe(name);
      // It is known a moment after it was started.
      if (execution !== undefined && execution.status !== 'RUNNING') break;
      const { objectsRead, objects: listed, isListed } = await readProgress(engine.work, { run, attempt });
      const total = isListed ? listed : Math.max(objects, listed);
      if (total > 0) progress.show(objectsRead, total);
      const last = engine.isElsewhere ? LAST_LOOK.elsewhere : LAST_LOOK.here;
      await sleep(Math.min(last, FIRST_LOOK * 2 ** Math.floor(looks / 4)));
    }
  } finally {
    progress.stop();
  }
  await showReport(engine, { run, attempt, format }, execution, io);
}

/** Prints the report of an attempt. @throws CommandFailure where it ended otherwise than well, or has left objects. */
export async function showReport(
  engine: Engine,
  { run, attempt, format }: Pick<FollowedRun, 'run' | 'attempt' | 'format'>,
  execution: BackfillExecution | undefined,
  io: Io,
): Promise<void> {
  const report = await readReport(engine.work, { run, attempt });
  if (format === 'json') {
    io.stdout.write(`${JSON.stringify({ run, attempt, ...(execution && { execution }), report })}\n`);
  } else {
    io.stderr.write(statusText(run, attempt, execution));
    io.stdout.write(reportText(report));
  }
  if (execution?.status === 'RUNNING') return;
  if (report.left > 0 || !report.isListed || execution?.status !== 'SUCCEEDED') {
    throw new CommandFailure(`Not all was read: trailwarden backfill resume ${run} goes on.`);
  }
}
