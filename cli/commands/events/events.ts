import { Command, Option } from 'commander';
import { nearest } from '../../../lambda/shared/nearest.ts';
import type { EventQueries } from '../../../lambda/store/questions/event-queries.ts';
import type { EventQuery } from '../../../lambda/store/questions/event-search.ts';
import type { Facet } from '../../../lambda/store/questions/tally.ts';
import { FACETS } from '../../../lambda/store/questions/tally.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { eventListing } from '../../listings/event-listing.ts';
import {
  CONDITIONS_HELP,
  type ConditionOptions,
  lacksService,
  readConditionOptions,
  readExcluded,
  withConditions,
} from '../../options/event-conditions.ts';
import { FirstOnes } from '../../options/first-ones.ts';
import { type ReadLimitOptions, sayEstimate, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readCount, severalOf } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import type { Io } from '../../output/process-io.ts';
import { explainText } from './explain-text.ts';
import { printFacets } from './facet-listing.ts';

interface EventsOptions extends ConnectionOptions, ConditionOptions, TimeOptions, ReadLimitOptions {
  readonly format: Format;
  readonly limit: number;
  readonly all?: true;
  readonly count?: true;
  readonly by?: readonly Facet[];
  readonly top?: number;
  readonly oldestFirst?: true;
  readonly explain?: true;
}

const HELP = `${CONDITIONS_HELP}
Counts:
  --by counts the events by their values, exactly, with the share of all, and the first and last time; given several
  times, a table each. By day and hour (in UTC) all of them come in order, by anything else the --top most frequent.
  Without conditions dictionaries tell it and no event is read; by resource, address and credential these are long: what
  they take is said first.

Examples:
  $ trailwarden events --kind root --since 7d
  $ trailwarden events --resource fs-0123456789abcdef0 --access tagging
  $ trailwarden events --credential AKIAIOSFODNN7EXAMPLE --outcome denied --count
  $ trailwarden events --around 2026-11-20T14:03Z --within 10m --account 111122223333
  $ trailwarden events --by actor --by error --since 7d
  $ trailwarden events --outcome denied --by address --top 5
  $ trailwarden events --action 'fsx:*' --address 203.0.113.0/24 --since yesterday --all --format csv
`;

export function eventsCommand(io: Io): Command {
  const command = new Command('events').description(
    'Lists events, the newest first, or counts them by what they have.',
  );
  withConditions(command);
  withTimes(command)
    .addOption(new Option('--limit <count>', 'at most so many').argParser(readCount).default(50))
    .addOption(new Option('--all', 'however many there are').conflicts('limit'))
    .option('--count', 'say only how many there are')
    .addOption(
      severalOf(new Option('--by <what>', 'count by what events have'), FACETS).conflicts([
        'count',
        'limit',
        'all',
        'oldestFirst',
      ]),
    )
    .addOption(new Option('--top <count>', 'of each --by at most so many values (default: 20)').argParser(readCount))
    .option('--oldest-first', 'the oldest first')
    .option('--explain', 'say what was read of the index, and what that took');
  withReadLimit(withFormat(command));
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: EventsOptions) => list(options, io));
}

async function list(options: EventsOptions, io: Io): Promise<void> {
  const now = io.now();
  const { format, all, by, limit, maxReads, top, zone } = options;
  if (top !== undefined && by === undefined) throw new CommandFailure('--top goes with --by', EXIT.usage);
  const query: EventQuery = {
    conditions: readConditionOptions(options),
    not: readExcluded(options),
    ...askedTimes(options, now),
    order: options.oldestFirst ? 'oldest-first' : 'newest-first',
    maxReadUnits: maxReads,
    onEstimate: sayEstimate(options, io),
  };
  await connected(options, async (connection) => {
    const queries = eventQuestions(connection, io);
    // One more than is shown tells whether there are more.
    const search = queries.search(all || options.count || by ? query : { ...query, limit: limit + 1 });
    await withinReadLimit(async () => {
      if (by !== undefined) {
        const counts = await search.facets(by, { top: top ?? DEFAULT_TOP });
        if (counts.total === 0) await adviseOnNothing(options, queries, query, io);
        await printFacets(counts, format, zone, io, 'event', connection.names);
        return;
      }
      if (options.count) {
        const count = await search.count();
        if (count === 0) await adviseOnNothing(options, queries, query, io);
        io.stdout.write(format === 'json' || format === 'jsonl' ? `${jsonText({ count })}\n` : `${count}\n`);
        return;
      }
      const events = new FirstOnes(search, all ? Number.POSITIVE_INFINITY : limit);
      const printed = await printListing(events, eventListing(zone, now), format, io);
      if (printed === 0) await adviseOnNothing(options, queries, query, io);
      if (events.hasMore) io.stderr.write(`There are more than these ${limit}: --limit, --all, --since, --count.\n`);
    });
    if (options.explain) io.stderr.write(explainText(search.report()));
  });
}

const DEFAULT_TOP = 20;

/** Says what was probably meant by actions that no event has. What it takes to find that out is bounded. */
async function adviseOnNothing(
  options: EventsOptions,
  queries: EventQueries,
  query: EventQuery,
  io: Io,
): Promise<void> {
  if (lacksService(options)) {
    io.stderr.write("Actions are written service:Name, such as fsx:TagResource or 'fsx:*'.\n");
  }
  for (const asked of (options.action ?? []).filter((action) => /^[\w-]+:\w+$/.test(action))) {
    const meant = await nearestAction(asked, queries, query).catch(() => undefined);
    if (meant !== undefined) io.stderr.write(`No event has the action ${asked}. Did you mean ${meant}?\n`);
  }
}

async function nearestAction(
  asked: string,
  queries: EventQueries,
  { since, until, maxReadUnits }: EventQuery,
): Promise<string | undefined> {
  const conditions = { action: [`${asked.split(':')[0]?.toLowerCase()}:*`] };
  const search = queries.search({ conditions, since, until, order: 'newest-first', maxReadUnits });
  const { tables } = await search.facets(['action'], { top: 1000 });
  const known = tables.flatMap(({ values }) => values.map(({ value }) => value));
  const meant = known.find((value) => value.toLowerCase() === asked.toLowerCase()) ?? nearest(asked, known);
  return meant === asked ? undefined : meant;
}
