import { Command, Option } from 'commander';
import { MAX_CREDENTIALS, type Trace, trace } from '../../../lambda/store/questions/trace/trace.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { readKey } from '../../options/event-conditions.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readCount } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { traceJson, traceListing, traceRows } from './trace-listing.ts';
import { traceTree } from './trace-tree.ts';

interface TraceOptions extends ConnectionOptions, TimeOptions, ReadLimitOptions {
  readonly format: Format;
  readonly limit: number;
}

const HELP = `
SUBJECT is an access key id, the ARN of a role session or federated user, or an eventID: of a call that issues
credentials what it issued is followed, of a login its session, of any other event the key that it was signed with.
The way back goes from key to key through AssumeRole, federation, GetSessionToken and login to the first identity. A
step that no key proves says so: "by session" is the last call that began a session of that name, "by login" the last
login of that identity, within 36 hours before. --since and --until bound what is followed forward; 100 credentials are
followed at most, and what was left out is told.
jsonl and csv have a line an event; json the trees.

Examples:
  $ trailwarden trace ASIAIOSFODNN7EXAMPLE
  $ trailwarden trace arn:aws:sts::111122223333:assumed-role/Deploy/ci-4711
  $ trailwarden trace AKIAIOSFODNN7EXAMPLE --since 2d
`;

export function traceCommand(io: Io): Command {
  const command = new Command('trace')
    .description('Tells where credentials came from, and all that was done with them and with what they issued.')
    .argument('<subject>', 'access key id, ARN of a session, or eventID', readKey);
  withTimes(command).addOption(
    new Option('--limit <count>', 'events shown of each credential').argParser(readCount).default(25),
  );
  withConnection(withReadLimit(withFormat(command)));
  return command
    .addHelpText('after', HELP)
    .action((subject: string, options: TraceOptions) => show(subject, options, io));
}

async function show(subject: string, options: TraceOptions, io: Io): Promise<void> {
  const { format, limit, maxReads, zone } = options;
  const query = { subject, ...askedTimes(options, io.now()), maxEvents: limit, maxReadUnits: maxReads };
  const { traces, credentialsCut } = await connected(options, (connection) =>
    withinReadLimit(() => trace(eventQuestions(connection, io), query)),
  );
  if (traces.length === 0) {
    throw new CommandFailure(
      `The index knows no credentials of ${subject}. It takes an access key id, a session's ARN or an eventID.`,
    );
  }
  await print(traces, format, io, zone);
  if (credentialsCut) {
    io.stderr.write(
      `These are the first ${MAX_CREDENTIALS} credentials: ask for an access key id to follow another.\n`,
    );
  }
}

async function print(traces: readonly Trace[], format: Format, io: Io, zone: TimeOptions['zone']): Promise<void> {
  if (format === 'table') io.stdout.write(traces.map((it) => traceTree(it, zone, io.stdout)).join('\n'));
  else if (format === 'json') io.stdout.write(`${jsonText(traces.map(traceJson), 2)}\n`);
  else await printListing(traceRows(traces), traceListing(zone, io.now()), format, io);
}
