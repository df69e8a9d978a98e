import { Command, Option } from 'commander';
import { createEventQueries, type EventQuery } from '../../../lambda/index/event-query.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventListing } from '../../listings/event-listing.ts';
import {
  CONDITIONS_HELP,
  type ConditionOptions,
  lacksService,
  readConditionOptions,
  withConditions,
} from '../../options/event-conditions.ts';
import { FirstOnes } from '../../options/first-ones.ts';
import { type ReadLimitOptions, sayEstimate, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readCount } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { jsonText } from '../../output/json.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { explainText } from './explain-text.ts';

interface EventsOptions extends ConnectionOptions, ConditionOptions, TimeOptions, ReadLimitOptions {
  readonly format: Format;
  readonly limit: number;
  readonly all?: true;
  readonly count?: true;
  readonly oldestFirst?: true;
  readonly explain?: true;
}

const HELP = `${CONDITIONS_HELP}
Examples:
  $ trailwarden events --kind root --since 7d
  $ trailwarden events --resource fs-0123456789abcdef0 --access tagging
  $ trailwarden events --credential AKIAIOSFODNN7EXAMPLE --outcome denied --count
  $ trailwarden events --around 2026-11-20T14:03Z --within 10m --account 111122223333
  $ trailwarden events --action 'fsx:*' --address 203.0.113.0/24 --since yesterday --all --format csv
`;

export function eventsCommand(io: Io): Command {
  const command = new Command('events').description('Lists events, the newest first.');
  withConditions(command);
  withTimes(command)
    .addOption(new Option('--limit <count>', 'at most so many').argParser(readCount).default(50))
    .addOption(new Option('--all', 'however many there are').conflicts('limit'))
    .option('--count', 'say only how many there are')
    .option('--oldest-first', 'the oldest first')
    .option('--explain', 'say which index was read, and what that took');
  withReadLimit(withFormat(command));
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: EventsOptions) => list(options, io));
}

async function list(options: EventsOptions, io: Io): Promise<void> {
  const now = io.now();
  const { format, all, limit, maxReads } = options;
  const query: EventQuery = {
    conditions: readConditionOptions(options),
    ...askedTimes(options, now),
    order: options.oldestFirst ? 'oldest-first' : 'newest-first',
    maxReadUnits: maxReads,
    onEstimate: sayEstimate(options, io),
  };
  await connected(options, async ({ documents, tables }) => {
    const queries = createEventQueries(documents, tables, io.now);
    // One more than is shown tells whether there are more.
    const search = queries.search(all || options.count ? query : { ...query, limit: limit + 1 });
    await withinReadLimit(async () => {
      if (options.count) {
        const count = await search.count();
        if (count === 0) adviseOnNothing(options, io);
        io.stdout.write(format === 'json' || format === 'jsonl' ? `${jsonText({ count })}\n` : `${count}\n`);
        return;
      }
      const events = new FirstOnes(search, all ? Number.POSITIVE_INFINITY : limit);
      const printed = await printListing(events, eventListing(options.zone, now), format, io);
      if (printed === 0) adviseOnNothing(options, io);
      if (events.hasMore) io.stderr.write(`There are more than these ${limit}: --limit, --all, --since, --count.\n`);
    });
    if (options.explain) io.stderr.write(explainText(search.report()));
  });
}

function adviseOnNothing(options: EventsOptions, { stderr }: Io): void {
  if (lacksService(options)) stderr.write("Actions are written service:Name, such as fsx:TagResource or 'fsx:*'.\n");
}
