/** A time zone in which times are read and shown. */
export interface Zone {
  /** `UTC`, `Europe/Berlin`, `+05:30`. */
  readonly name: string;
  /** `2026-11-20 14:03:05`. */
  format(time: Date): string;
  /** The moment of a time on the zone's clocks; of one that comes twice the first, of one that is skipped as long after the change. */
  moment(parts: LocalTime): Date;
}

export interface LocalTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
}

/**
 * @param name of the IANA database, an offset, or `local` for the zone that this machine is set to.
 * @throws RangeError for a zone that doesn't exist.
 */
export function readZone(name: string): Zone {
  return name === 'local' ? new LocalZone() : zoneNamed(name);
}

/** The zone of this machine, looked up when a time is read or shown: few commands do, and all of them have it as a default. */
class LocalZone implements Zone {
  #known: Zone | undefined;

  get name(): string {
    return this.#zone().name;
  }

  format(time: Date): string {
    return this.#zone().format(time);
  }

  moment(parts: LocalTime): Date {
    return this.#zone().moment(parts);
  }

  #zone(): Zone {
    this.#known ??= zoneNamed(Intl.DateTimeFormat().resolvedOptions().timeZone);
    return this.#known;
  }
}

/** @throws RangeError for a zone that doesn't exist. */
function zoneNamed(timeZone: string): Zone {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const read = (time: Date): Record<string, string> =>
    Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, value]));
  const format = (time: Date): string => {
    const { year = '', month, day, hour, minute, second } = read(time);
    return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`;
  };
  const offset = (time: number): number =>
    Date.parse(`${format(new Date(time)).replace(' ', 'T')}Z`) - Math.floor(time / 1000) * 1000;
  return {
    name: clock.resolvedOptions().timeZone,
    format,
    moment: ({ year, month, day, hour = 0, minute = 0, second = 0 }) => {
      const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
      // The offsets a day before and after are those around any change of the clocks.
      const [before, after] = [offset(asUtc - 86_400_000), offset(asUtc + 86_400_000)];
      const [earlier, later] = [asUtc - before, asUtc - after];
      return new Date(offset(earlier) !== before && offset(later) === after ? later : earlier);
    },
  };
}
