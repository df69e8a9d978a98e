import { Command, Option } from 'commander';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import {
  CONDITIONS_HELP,
  type ConditionOptions,
  readConditionOptions,
  withConditions,
} from '../../options/event-conditions.ts';
import { type ReadLimitOptions, sayEstimate, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import type { Io } from '../../output/process-io.ts';
import { type ExportOptions, exportRows, FORMATS } from './export-rows.ts';
import { exportedEvents } from './exported-event.ts';

interface Options extends ConnectionOptions, ConditionOptions, TimeOptions, ReadLimitOptions, ExportOptions {}

const HELP = `${CONDITIONS_HELP}
The oldest first, in an order that stays. A file is there once it is whole. ocsf has an API Activity of OCSF 1.8 a line
(class 6003). In CSV a cell that a spreadsheet would run has an apostrophe before it. The record itself is in S3: the
receipt says where.

Examples:
  $ trailwarden export events --since 7d --format parquet --output events.parquet
  $ trailwarden export events --actor root --format ocsf | gzip > root.jsonl.gz
`;

export function exportEventsCommand(io: Io): Command {
  const command = withTimes(withConditions(new Command('events').description('Writes events, the oldest first.')));
  return withConnection(withReadLimit(withExport(command)))
    .addHelpText('after', HELP)
    .action((options: Options) => write(options, io));
}

/** Adds the options that say what is written, and where. */
export function withExport(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'form of the rows').choices(FORMATS).default('jsonl'))
    .option('--output <file>', 'the file to write; without it standard output, but for Parquet');
}

async function write(options: Options, io: Io): Promise<void> {
  const now = io.now();
  const query = {
    conditions: readConditionOptions(options),
    ...askedTimes(options, now),
    order: 'oldest-first' as const,
    maxReadUnits: options.maxReads,
    onEstimate: sayEstimate(options, io),
  };
  await connected(options, async (connection) => {
    const events = eventQuestions(connection, io).search(query).details();
    await withinReadLimit(() => exportRows(events, exportedEvents(options.zone, now), options, io));
  });
}
