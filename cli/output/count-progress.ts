import { SingleBar } from 'cli-progress';
import type { Io } from './process-io.ts';

export interface CountProgress {
  /** Shows how many items are done, and how many there are. */
  readonly show: (done: number, total: number) => void;
  readonly stop: () => void;
}

const SILENT: CountProgress = { show: () => {}, stop: () => {} };

/**
 * A bar on stderr, if that is a terminal.
 * @param what is counted, for the person: `digests`.
 * @param inTheWay whether results come to the same terminal at the same time.
 */
export function countProgress(what: string, io: Io, inTheWay = false): CountProgress {
  if (!io.stderr.isTerminal || (inTheWay && io.stdout.isTerminal)) return SILENT;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `  {bar} {percentage} %  {value}/{total} ${what}  {eta_formatted}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  });
  let started = false;
  return {
    show: (done, total) => {
      if (started) bar.update(done);
      else bar.start(total, done);
      started = true;
    },
    stop: () => bar.stop(),
  };
}
