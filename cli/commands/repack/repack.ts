import { Command } from 'commander';
import { extend, extensionUnits, shortLived } from '../../../lambda/pack/repack.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import type { Descriptor } from '../../../lambda/store/segments/table/descriptor.ts';
import { readState, type SegmentState, type SegmentsTable } from '../../../lambda/store/segments/table/state.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { countProgress } from '../../output/count-progress.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { PRICES } from '../../output/prices.ts';
import type { Io } from '../../output/process-io.ts';

interface RepackOptions extends ConnectionOptions {
  readonly dryRun?: true;
}

const HELP = `
A shorter retention holds at once. A longer one holds for what is packed from then on: segments that were made before expire
when they were to expire then. repack gives those that have not expired yet the retention of today: that which pack was
deployed with. Interrupted, it goes on where it was when it is run again.

Examples:
  $ trailwarden repack --dry-run
  $ trailwarden repack
`;

/** `trailwarden repack`: keeps the segments that there are for as long as new ones. */
export function repackCommand(io: Io): Command {
  const command = new Command('repack')
    .description('Keeps the events that are in the index for the retention of today, where that is longer.')
    .option('--dry-run', 'only say how many segments that would be, and what it would cost');
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: RepackOptions) => repack(options, io));
}

async function repack(options: RepackOptions, io: Io): Promise<void> {
  await connected(options, async ({ documents, tables }) => {
    const table: SegmentsTable = { client: documents, table: tables.segments };
    const state = await readState(table);
    const { retentionDays } = state;
    if (retentionDays === undefined) {
      throw new CommandFailure('Nothing was packed yet: there is no retention to go by.', EXIT.failure);
    }
    const found = await find(table, state, io);
    const events = found.reduce((sum, { count }) => sum + count, 0);
    const what = `${counted(found.length, 'segment')} with ${counted(events, 'event')}`;
    if (found.length === 0) {
      io.stdout.write(`All segments are kept for ${counted(retentionDays, 'day')} or more already.\n`);
      return;
    }
    if (options.dryRun) {
      io.stdout.write(`${what} would be kept for ${counted(retentionDays, 'day')}. ${costText(found)}\n`);
      return;
    }
    const extended = await extendAll(table, found, retentionDays, io);
    io.stdout.write(
      `${extended} of ${what} ${extended === 1 ? 'is' : 'are'} kept for ${counted(retentionDays, 'day')} now.\n`,
    );
  });
}

/** A month that can't be read stops no other. */
async function find(table: SegmentsTable, state: SegmentState, io: Io): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  const failed: string[] = [];
  for (const month of state.months) {
    try {
      found.push(...(await shortLived(table, state, month, io.now())));
    } catch (error) {
      failed.push(`${month}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failed.length === state.months.length && failed.length > 0)
    throw new CommandFailure(failed.join('\n'), EXIT.failure);
  for (const text of failed) io.stderr.write(`Left out: ${text}\n`);
  return found;
}

async function extendAll(
  table: SegmentsTable,
  found: readonly Descriptor[],
  retentionDays: number,
  io: Io,
): Promise<number> {
  const progress = countProgress('segments', io);
  const failed: string[] = [];
  let extended = 0;
  try {
    for (const [done, descriptor] of found.entries()) {
      progress.show(done, found.length);
      try {
        if (await extend(table, descriptor, retentionDays)) extended++;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failed.push(`${descriptor.day} ${descriptor.segmentId}: ${reason}`);
      }
    }
  } finally {
    progress.stop();
  }
  if (failed.length > 0) {
    const text = `${failed.length} of ${counted(found.length, 'segment')} failed; run repack again. The first: ${failed[0]}`;
    throw new CommandFailure(text, EXIT.failure);
  }
  return extended;
}

function costText(found: readonly Descriptor[]): string {
  const { writes, reads } = extensionUnits(found);
  const dollars = (writes * PRICES.dynamodbWrites.dollars + reads * PRICES.dynamodbReads.dollars) / 1_000_000;
  return `That takes about ${writes} write units and ${reads} read units: ${dollars.toFixed(2)} USD at list price.`;
}
