import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { counted } from '../../lambda/shared/counted.ts';
import { DEFAULT_RULES } from '../deployment/default-rules.ts';
import { type LocalAws, startLocalAws } from '../deployment/local-aws.ts';
import { localFunctions } from '../deployment/local-functions.ts';
import { writeRuleSet } from '../deployment/local-rule-set.ts';
import { placeFiles } from '../digests/place-files.ts';
import { readPublicKeys } from '../digests/read-public-keys.ts';
import { findLogFiles } from '../input/log-files.ts';
import { readKnown } from '../input/read-known.ts';
import { storeStandardInput } from '../input/standard-input.ts';
import { deliver } from './deliver-files.ts';
import { createProgress } from './delivery-progress.ts';
import { showNextSteps } from './next-steps.ts';
import { readRunReport } from './run-report.ts';
import { createScreen } from './screen.ts';
import { serve, showOutcome } from './serve-deployment.ts';
import { showFailures, showReport } from './show-report.ts';
import { createStepNotes } from './step-notes.ts';
import { digestSample, writeSample } from './write-sample.ts';

export interface RunOptions {
  /** Files and folders to read, `-` for standard input; if there are none, the sample, or nothing where it only serves. */
  readonly paths: readonly string[];
  /** The folder that keeps everything between runs. */
  readonly data?: string;
  /** Removes first what the folder holds. */
  readonly fresh?: boolean;
  /** Files with CloudTrail's public keys, to check digests with. */
  readonly publicKeys?: readonly string[];
  /** A settings file: what its networks name is known of addresses. */
  readonly known?: string;
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
 * Puts log files into the embedded AWS, lets the real functions process them, and shows the results.
 *
 * @returns whether every file was dealt with: indexed, or rejected with a reason
 * @throws InputError for what the user can correct: paths, the folder, the port, files of keys, broken rules
 * @throws the signal's reason when it was interrupted before it had all to show
 */
export async function run(options: RunOptions): Promise<boolean> {
  const { paths, stored, remove } = await storeStandardInput(options.paths, process.stdin);
  try {
    return await runOver({ ...options, paths }, stored);
  } finally {
    await remove();
  }
}

async function runOver(options: RunOptions, stored: string | undefined): Promise<boolean> {
  const { paths, data, port, fresh, stdout, stderr, interrupted } = options;
  const screen = createScreen((text) => stdout.write(text), stdout.isTTY && stdout.hasColors(), columnsOf(stdout));
  const onError = (error: unknown) => stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const steps = createStepNotes((line) => stderr.write(line));
  const known = options.known === undefined ? undefined : readKnown(options.known);
  const publicKeys = await readPublicKeys(options.publicKeys ?? []);
  const files = (await findLogFiles(paths)).map((file) => ({
    ...file,
    origin: file.path === stored ? '-' : file.path,
  }));
  const named = await placeFiles(files);
  const isSample = paths.length === 0 && !options.serve;
  const aws = await startLocalAws({ data, port, fresh, known, trailBuckets: named.buckets });
  const log = createWriteStream(join(aws.data, 'functions.log'), { flags: 'a' });
  try {
    await writeRuleSet(DEFAULT_RULES, aws.rulesFile);
    const sample = isSample ? await readSample(aws) : undefined;
    const { logs, digests, since } = sample ?? named;
    const keys = sample?.publicKeys ?? publicKeys;
    let isComplete = true;
    let suspect: string | undefined;
    if (logs.length + digests.length > 0) {
      const withDigests = digests.length > 0 ? ` and ${counted(digests.length, 'digest')}` : '';
      screen.line(
        `${counted(logs.length, 'log object')}${withDigests}: S3, SNS, SQS, ingest, verify, DynamoDB, SNS, on this machine alone.`,
      );
      const { objects, failures } = await deliver(
        aws,
        { logs, digests },
        {
          functions: localFunctions(aws, { log, publicKeys: keys }),
          progress: createProgress(stderr),
          steps,
          onError,
          interrupted,
        },
      );
      steps.begin('reading what came of it');
      const report = await readRunReport(aws, objects);
      steps.end();
      suspect = report.findings.address ?? report.findings.resource;
      showReport(screen, report, { isSample, hasKeys: keys.length > 0, data });
      showFailures(screen, failures);
      if (report.outcomes.open > 0) screen.line(`  The functions' log is ${log.path}.`);
      isComplete = failures.length === 0 && report.outcomes.open === 0;
    }
    if (options.serve) {
      const functions = localFunctions(aws, {
        log,
        publicKeys: keys,
        onOutcome: (told) => showOutcome(screen, told, stdout.isTTY),
      });
      await serve(aws, { functions, screen, onError, interrupted });
    } else showNextSteps(screen, { data, isSample, since, suspect });
    return isComplete;
  } finally {
    steps.end();
    log.end();
    await aws.stop();
  }
}

/** The sample with its digests, and the public key that they were signed for. */
async function readSample({ data, resources }: LocalAws) {
  const folder = join(data, 'sample');
  const logs = await writeSample(folder);
  const { files, publicKeys } = await digestSample(folder, resources.buckets.logs);
  return { ...(await placeFiles([...logs, ...files])), publicKeys };
}

/**
 * The width that lines have to fit into. `COLUMNS` says it where nobody looks; some terminals report 0 where they don't
 * know it.
 */
function columnsOf({ columns }: NodeJS.WriteStream): number | undefined {
  return columns || Number(process.env.COLUMNS) || undefined;
}
