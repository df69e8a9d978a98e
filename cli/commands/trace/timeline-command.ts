import { Command, Option } from 'commander';
import { type ReadSummary, type Timeline, timeline } from '../../../lambda/store/questions/timeline.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { eventJson, eventListing } from '../../listings/event-listing.ts';
import { actorText } from '../../listings/event-text.ts';
import { readResource } from '../../options/event-conditions.ts';
import { type ReadLimitOptions, sayEstimate, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readCount } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';
import { foldRuns, runColumns } from './fold-runs.ts';

interface TimelineOptions extends ConnectionOptions, TimeOptions, ReadLimitOptions {
  readonly format: Format;
  readonly limit: number;
}

const HELP = `
Changes are writes, tagging and permissions management, those that were denied included: each is listed, the oldest
first. Reads and lists are summed up by actor and action. A table folds changes that follow each other and differ in
nothing but time and ids, as x 212, 13:02 to 13:09, and shows the last --limit lines. jsonl and csv have the changes
alone, all of them; json has both.

Examples:
  $ trailwarden timeline fs-0123456789abcdef0
  $ trailwarden timeline arn:aws:eks:eu-west-1:111122223333:cluster/prod --since 30d
`;

export function timelineCommand(io: Io): Command {
  const command = new Command('timeline')
    .description('Tells all that was done to a resource: changes apart from reads.')
    .argument('<resource>', 'as events name it: an ARN, fs-…, i-…, a name', readResource);
  withConnection(withReadLimit(withFormat(withTimes(command)))).addOption(
    new Option('--limit <count>', 'lines of changes and of reads that a table shows').argParser(readCount).default(100),
  );
  return command
    .addHelpText('after', HELP)
    .action((resource: string, options: TimelineOptions) => show(resource, options, io));
}

async function show(resource: string, options: TimelineOptions, io: Io): Promise<void> {
  const now = io.now();
  const { format, maxReads, zone } = options;
  const onEstimate = sayEstimate(options, io);
  const query = { resource, ...askedTimes(options, now), maxReadUnits: maxReads, onEstimate };
  const told = await connected(options, (connection) =>
    withinReadLimit(() => timeline(eventQuestions(connection, io), query)),
  );
  if (told.changes.length + told.reads.length === 0) {
    throw new CommandFailure(
      `The index knows nothing of ${resource}${(query.since ?? query.until) ? ' in this time' : ''}. ${HOW_TO_NAME}`,
    );
  }
  if (format === 'json') {
    io.stdout.write(`${jsonText({ resource, changes: told.changes.map(eventJson), reads: told.reads }, 2)}\n`);
    return;
  }
  const listing = eventListing(zone, now);
  if (format !== 'table') await printListing(told.changes, listing, format, io);
  else io.stdout.write(tables(told, options, now, io));
}

const HOW_TO_NAME = 'It takes an ARN, an id or a name, as events --by resource lists them.';

function tables({ changes, reads }: Timeline, { zone, limit }: TimelineOptions, now: Date, io: Io): string {
  const { stdout, stderr } = io;
  const paint = paintFor(stdout.colours);
  const runs = foldRuns(changes);
  const columns = runColumns(eventListing(zone, now).columns, zone);
  const changed = runs.length === 0 ? 'Nothing changed it.\n' : renderTable(columns, runs.slice(-limit), stdout);
  const read =
    reads.length === 0 ? 'Nobody looked at it.\n' : renderTable(readColumns(zone), reads.slice(0, limit), stdout);
  for (const [what, { length }] of [
    ['changes', runs],
    ['reads', reads],
  ] as const) {
    if (length > limit) stderr.write(`These are ${limit} of ${length} lines of ${what}: --limit, --since, --until.\n`);
  }
  return `${paint('Changes', 'heading')}\n${changed}\n${paint('Reads', 'heading')}\n${read}`;
}

function readColumns(zone: Zone): readonly Column<ReadSummary>[] {
  const time = (text: string): string => zone.format(new Date(text));
  return [
    { title: 'Times', parts: [{ title: 'Times', text: ({ count }) => String(count) }] },
    {
      title: 'Who, what',
      parts: [
        { title: 'Who', text: ({ actor, actorKind }) => actorText({ actor, actorKind }) },
        { title: 'Action', text: ({ action }) => action, style: () => 'notable' },
      ],
    },
    {
      title: `First and last (${zone.name})`,
      parts: [
        { title: `First (${zone.name})`, text: ({ first }) => time(first) },
        { title: 'Last', text: ({ last }) => time(last) },
        {
          title: 'Failed',
          text: ({ failureCount }) => (failureCount === 0 ? undefined : String(failureCount)),
          style: () => 'warning',
        },
      ],
    },
  ];
}
