import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { deliver } from './deliver.ts';
import { localFunctions } from './functions.ts';
import { startLocalAws } from './local-aws.ts';
import { findLogFiles } from './log-files.ts';
import { showNextSteps } from './next-steps.ts';
import { createProgress } from './progress.ts';
import { readRunReport } from './run-report.ts';
import { writeSample } from './sample.ts';
import { createScreen } from './screen.ts';
import { serve } from './serving.ts';
import { showFailures, showReport } from './show-report.ts';

export interface RunOptions {
  /** Files and folders to read; if there are none, the sample, or nothing where it only serves. */
  readonly paths: readonly string[];
  /** The folder that keeps everything between runs. */
  readonly data?: string;
  /** Stays up and processes what others put into the bucket, until `interrupted`. */
  readonly serve: boolean;
  /** The port of S3, SNS and SQS; any free one if there is none. */
  readonly port?: number;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Ends the run early, in good order. */
  readonly interrupted: AbortSignal;
}

/**
 * Puts log files into the embedded AWS, lets them travel through the real functions, and shows what came of them.
 *
 * @returns whether every file was dealt with: indexed, or rejected with a reason
 * @throws InputError for what the user can put right: paths, the folder, the port
 * @throws the signal's reason when it was interrupted before it had all to show
 */
export async function run(options: RunOptions): Promise<boolean> {
  const { paths, data, port, stdout, stderr, interrupted } = options;
  const screen = createScreen((text) => stdout.write(text), stdout.isTTY && stdout.hasColors(), stdout.columns);
  const onError = (error: unknown) => stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const named = await findLogFiles(paths);
  const aws = await startLocalAws({ data, port });
  const log = createWriteStream(join(aws.data, 'functions.log'), { flags: 'a' });
  try {
    const functions = localFunctions(aws, log);
    let isComplete = true;
    const files = named.length > 0 || options.serve ? named : await writeSample(join(aws.data, 'sample'));
    if (files.length > 0) {
      screen.line(`${files.length} log objects: S3, SNS, SQS, ingest, DynamoDB, SNS, on this machine alone.`);
      const { objects, failures } = await deliver(aws, files, {
        functions,
        progress: createProgress(stderr),
        onError,
        interrupted,
      });
      const report = await readRunReport(aws, objects);
      showReport(screen, report);
      showFailures(screen, failures);
      if (report.outcomes.open > 0) screen.line(`  The functions' log is ${log.path}.`);
      isComplete = failures.length === 0 && report.outcomes.open === 0;
    }
    if (options.serve) await serve(aws, { functions, screen, onError, interrupted });
    else showNextSteps(screen, { data, isSample: named.length === 0 });
    return isComplete;
  } finally {
    log.end();
    await aws.stop();
  }
}
