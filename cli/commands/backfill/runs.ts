import { Command } from 'commander';
import { executionName } from '../../../lambda/backfill/backfill-request.ts';
import { keptRequestSchema } from '../../../lambda/backfill/part.ts';
import { RUNS_FOLDER, requestKey } from '../../../lambda/backfill/work-bucket.ts';
import { type ConnectionOptions, withConnection } from '../../aws/connection.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { type Engine, withEngine } from './engine.ts';
import { followRun, showReport } from './follow-run.ts';
import { type ReportFormat, withReportFormat } from './report-format.ts';

interface RunOptions extends ConnectionOptions {
  readonly format: ReportFormat;
  readonly wait?: boolean;
}

/** `trailwarden backfill status`. */
export function statusCommand(io: Io): Command {
  const command = new Command('status')
    .description('Says how far a backfill is, or what it has come to.')
    .argument('[run]', 'as backfill said it (default: the last one)');
  return withConnection(withReportFormat(command)).action((run: string | undefined, _: unknown, it: Command) => {
    const options = it.optsWithGlobals<RunOptions>();
    return withEngine(options, async (engine) => {
      const found = await findRun(engine, run);
      const execution = await engine.describe(executionName(found));
      await showReport(engine, { ...found, format: options.format }, execution, io);
    });
  });
}

/** `trailwarden backfill stop`. */
export function stopCommand(io: Io): Command {
  const command = new Command('stop')
    .description('Stops a backfill: what it has read stays.')
    .argument('<run>', 'as backfill said it');
  return withConnection(command).action((run: string, _: unknown, it: Command) =>
    withEngine(it.optsWithGlobals<RunOptions>(), async (engine) => {
      const name = executionName(await findRun(engine, run));
      const execution = await engine.describe(name);
      if (execution !== undefined && execution.status !== 'RUNNING') {
        throw new CommandFailure(`${run} is over already: ${execution.status.toLowerCase()}.`);
      }
      await engine.stop(name);
      io.stderr.write(
        `${run} is stopped. Batches that are being read end within minutes. trailwarden backfill resume ${run} goes on.\n`,
      );
    }),
  );
}

/** `trailwarden backfill resume`. */
export function resumeCommand(io: Io): Command {
  const command = new Command('resume')
    .description('Goes on with a backfill: lists what is not read yet, and reads it.')
    .argument('<run>', 'as backfill said it')
    .option('--no-wait', "don't wait for its end");
  return withConnection(withReportFormat(command)).action((run: string, _: unknown, it: Command) => {
    const options = it.optsWithGlobals<RunOptions>();
    return withEngine(options, async (engine) => {
      const { attempt } = await findRun(engine, run);
      const execution = await engine.describe(executionName({ run, attempt }));
      if (execution?.status === 'RUNNING') throw new CommandFailure(`${run} is running: stop it first.`);
      const kept = await engine.work.get(requestKey(run), keptRequestSchema);
      if (kept === undefined) throw unknown(run);
      const { request, maxConcurrency, toleratedFailurePercentage } = kept;
      const next = { run, attempt: attempt + 1 };
      await engine.start({ ...next, request, next: { part: 0 }, maxConcurrency, toleratedFailurePercentage });
      await followRun(engine, { ...next, mayLeave: options.wait === false, format: options.format }, io);
    });
  });
}

/** A backfill and its latest attempt. @throws CommandFailure where there is none. */
async function findRun(
  engine: Engine,
  named: string | undefined,
): Promise<{ readonly run: string; readonly attempt: number }> {
  // Names sort by time.
  const run = named ?? (await engine.work.folders(`${RUNS_FOLDER}/`)).toSorted().at(-1);
  if (run === undefined) throw new CommandFailure('There was no backfill yet.');
  const attempts = (await engine.work.folders(`${RUNS_FOLDER}/${run}/attempts/`)).map(Number);
  const listed = Math.max(0, ...attempts);
  // An attempt whose list isn't there yet has an execution all the same.
  const later = await engine.describe(executionName({ run, attempt: listed + 1 }));
  if (listed === 0 && later === undefined) throw unknown(run);
  return { run, attempt: later === undefined ? listed : listed + 1 };
}

function unknown(run: string): CommandFailure {
  return new CommandFailure(
    `There is no backfill ${run}, or it is older than the ninety days that its results are kept.`,
  );
}
