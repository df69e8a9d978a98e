import { constants } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { LAST_RUN } from './deployment/data-folder.ts';
import { InputError } from './deployment/input-error.ts';
import { run } from './run/local-run.ts';
import { openPage } from './run/open-page.ts';

const program = new Command()
  .name('npm start --')
  .description(
    'Runs Trailwarden on this machine: S3, SNS, SQS and DynamoDB are emulated on loopback, the functions are the real ' +
      'ones. Log objects go into the bucket, alerts come out, and the audit index answers. Nothing reaches AWS.',
  )
  .argument(
    '[path...]',
    'CloudTrail files (.json.gz, .json, .jsonl, .ndjson) and folders of them, - for standard input; without any, a ' +
      'sample is read. Log objects, lists, JSON lines, single records, what aws cloudtrail lookup-events prints. A path ' +
      'below AWSLogs/ keeps its key, others get one made from their records. Digests among them are checked, with --public-keys.',
  )
  .option('--data <dir>', 'the folder that keeps tables, objects and messages (default: .trailwarden/last-run)')
  .option('--fresh', 'start anew: remove what that folder holds')
  .option(
    '--public-keys <file>',
    'what aws cloudtrail list-public-keys prints, to check digests with; may be given twice',
    (file: string, files: readonly string[] = []) => [...files, file],
  )
  .option('--known <file>', 'a trailwarden.yaml: its networks and names are known')
  .addOption(new Option('--ui', 'when all is read, open a page on this machine to look at it').conflicts('serve'))
  .option('--serve', 'stay up and process what is put into the bucket; without a path it starts with nothing')
  .option('--port <number>', 'the port of S3, SNS and SQS on 127.0.0.1; any free one if it is left out', parsePort)
  .addHelpText(
    'after',
    `
Environment:
  AWS_ENDPOINT_URL_DYNAMODB  a DynamoDB to use in place of the embedded one; its tables are kept
  NO_COLOR                   no colours

Examples:
  npm start
  npm start -- ~/Downloads/AWSLogs --data .trailwarden/data
  npm start -- ~/Downloads/AWSLogs --public-keys keys.json
  aws cloudtrail lookup-events | npm start -- -
  npm start -- --serve --port 4566
  npm start -- --ui

Exit code: 0 when every file was dealt with (rejected with a reason counts), 1 when not or on an error,
130 when interrupted before it was done; --serve ends with 0 on Ctrl-C.`,
  )
  .parse();

/** @throws InvalidArgumentError for what is no port */
function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError('Not a port: 1 to 65535.');
  return port;
}

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second one doesn't wait for work in progress. The emulators end with us.
    if (interruption.signal.aborted) process.exit(128 + constants.signals[signal]);
    console.error('Finishing the work in progress; press again to end at once.');
    interruption.abort();
  });
}

const options = program.opts<{
  data?: string;
  fresh?: true;
  publicKeys?: readonly string[];
  known?: string;
  serve?: true;
  ui?: true;
  port?: number;
}>();
try {
  const isComplete = await run({
    paths: program.args,
    data: options.data,
    fresh: options.fresh,
    publicKeys: options.publicKeys,
    known: options.known,
    serve: options.serve ?? false,
    port: options.port,
    stdout: process.stdout,
    stderr: process.stderr,
    interrupted: interruption.signal,
  });
  process.exitCode = isComplete ? 0 : 1;
  if (options.ui === true) await openPage(options.data ?? LAST_RUN);
} catch (error) {
  if (interruption.signal.aborted) process.exitCode = 130;
  else {
    process.exitCode = 1;
    console.error(error instanceof InputError ? error.message : error);
  }
}
