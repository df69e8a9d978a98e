import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandFailure, EXIT } from '../output/exit-codes.ts';
import { parseDuration, parseTime, TIME_FORMS } from '../time/parse-time.ts';
import { readZone, type Zone } from '../time/time-zone.ts';

export interface TimeOptions {
  readonly since?: string;
  readonly until?: string;
  readonly around?: string;
  /** Milliseconds. */
  readonly within?: number;
  readonly zone: Zone;
}

export interface AskedTimes {
  /** Included. */
  readonly since?: Date;
  /** Not included. */
  readonly until?: Date;
}

/** Adds the options that say which times are asked for, and in which zone times are read and shown. */
export function withTimes(command: Command): Command {
  return command
    .option('--since <time>', `the earliest time: ${TIME_FORMS}`)
    .option('--until <time>', 'the end of the time; a day that is named is included')
    .addOption(new Option('--around <time>', 'what happened around a moment').conflicts(['since', 'until']))
    .option('--within <duration>', 'how far around it (default: 10m)', readDuration)
    .addOption(zoneOption());
}

export function zoneOption(): Option {
  return new Option('--zone <zone>', 'zone in which times are read and shown: local, UTC, Europe/Berlin, +05:30')
    .default(readZone('local'), 'local')
    .argParser(readZoneArgument);
}

/** @throws CommandFailure for times that can't be read, or that leave nothing between them. */
export function askedTimes({ since, until, around, within, zone }: TimeOptions, now: Date): AskedTimes {
  try {
    if (around !== undefined) {
      const { start, end } = parseTime(around, zone, now);
      const margin = within ?? 600_000;
      // What happened exactly at the end counts.
      return { since: new Date(start.getTime() - margin), until: new Date(end.getTime() + margin + 1) };
    }
    if (within !== undefined) throw new RangeError('--within goes with --around');
    const times = {
      ...(since !== undefined && { since: parseTime(since, zone, now).start }),
      ...(until !== undefined && { until: parseTime(until, zone, now).end }),
    };
    if (times.since !== undefined && times.until !== undefined && times.since >= times.until) {
      throw new RangeError(`--since ${since} is not before --until ${until}`);
    }
    return times;
  } catch (error) {
    if (error instanceof RangeError) throw new CommandFailure(error.message, EXIT.usage);
    throw error;
  }
}

function readDuration(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new InvalidArgumentError('Write 30s, 10m, 2h, 1d or 1h30m.');
  return duration;
}

function readZoneArgument(text: string): Zone {
  try {
    return readZone(text);
  } catch {
    throw new InvalidArgumentError('Write local, UTC, a name such as Europe/Berlin, or an offset such as +05:30.');
  }
}
