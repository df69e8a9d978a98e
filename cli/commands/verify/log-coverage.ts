/** A time that a digest covers. */
interface Interval {
  from: number;
  to: number;
}

/** CloudTrail delivers a log object some minutes after the time in its name. */
const DELIVERY_MILLISECONDS = 15 * 60_000;

/** The times that the valid digests of accounts and regions cover. */
export class Coverage {
  readonly #intervals = new Map<string, Interval[]>();

  /** Adds the time of a digest; those of a chain come in their order. */
  add(account: string, region: string, start: string, end: string): void {
    const name = `${account} ${region}`;
    const intervals = this.#intervals.get(name) ?? [];
    this.#intervals.set(name, intervals);
    const [from, to] = [Date.parse(start), Date.parse(end)];
    const last = intervals.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else intervals.push({ from, to });
  }

  /**
   * What the digests say of a log object that none of them names. `covered`: one of them should have named it.
   * @param at the time in its name.
   */
  judge(account: string, region: string, at: string): 'covered' | 'before' | 'after' | 'gap' | 'no-digests' {
    const intervals = this.#intervals.get(`${account} ${region}`) ?? [];
    const time = Date.parse(at);
    const [first] = intervals;
    const last = intervals.reduce((latest, { to }) => Math.max(latest, to), Number.NEGATIVE_INFINITY);
    if (first === undefined) return 'no-digests';
    const covers = ({ from, to }: Interval) => time >= from && time + DELIVERY_MILLISECONDS <= to;
    if (intervals.some(covers)) return 'covered';
    if (time < intervals.reduce((first, { from }) => Math.min(first, from), Number.POSITIVE_INFINITY)) return 'before';
    return time + DELIVERY_MILLISECONDS > last ? 'after' : 'gap';
  }
}
