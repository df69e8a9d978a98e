import { counted } from '../../../lambda/shared/counted.ts';
import type { Io } from '../../output/process-io.ts';

/** Milliseconds between two lines, for a person who looks, and for a file. */
const ON_TERMINAL = 5_000;
const IN_FILE = 60_000;

/** Regions that a line names. */
const NAMED = 3;

/** Says now and then how far each region has come. */
export class PullProgress {
  readonly #io: Io;
  readonly #reached = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  #events = 0;

  constructor(io: Io) {
    this.#io = io;
    this.#timer = setInterval(() => this.#say(), io.stderr.isTerminal ? ON_TERMINAL : IN_FILE);
  }

  add(region: string, events: number, reached: string): void {
    this.#events += events;
    this.#reached.set(region, reached);
  }

  /** Nothing more comes of a region. */
  end(region: string): void {
    this.#reached.delete(region);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get events(): number {
    return this.#events;
  }

  #say(): void {
    const latest = [...this.#reached].toSorted(([, a], [, b]) => (a > b ? -1 : 1));
    if (latest.length === 0) {
      this.#io.stderr.write(`${counted(this.#events, 'event')}\n`);
      return;
    }
    const named = latest.slice(0, NAMED).map(([region, reached]) => `${region} back to ${reached}`);
    const more = latest.length > NAMED ? `, and ${latest.length - NAMED} more regions` : '';
    this.#io.stderr.write(`${counted(this.#events, 'event')}; ${named.join(', ')}${more}\n`);
  }
}
