import { SingleBar } from 'cli-progress';
import { counted } from '../../lambda/shared/counted.ts';

/** Shows how far the work has got. */
export interface Progress {
  start(total: number): void;
  update(done: number, note: string): void;
  stop(): void;
}

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

const LINE_INTERVAL_MILLISECONDS = 3_000;

/** A bar on a terminal; without one, a plain line every few seconds. */
export function createProgress(stream: Output): Progress {
  return stream.isTTY ? createBar(stream) : createLines(stream);
}

function createBar(stream: Output): Progress {
  const bar = new SingleBar({
    stream,
    format: '  {bar} {value}/{total} log objects  {note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    barsize: 30,
  });
  return {
    start: (total) => bar.start(total, 0, { note: '' }),
    update: (done, note) => bar.update(done, { note }),
    stop: () => bar.stop(),
  };
}

function createLines(stream: Output): Progress {
  let line = '';
  let printed = '';
  let timer: NodeJS.Timeout | undefined;
  let total = 0;
  const print = () => {
    stream.write(`  ${line}\n`);
    printed = line;
  };
  const update = (done: number, note: string) => {
    line = `${done}/${counted(total, 'log object')}  ${note}`.trimEnd();
  };
  return {
    start: (count) => {
      total = count;
      update(0, '');
      timer = setInterval(print, LINE_INTERVAL_MILLISECONDS);
    },
    update,
    stop: () => {
      clearInterval(timer);
      if (line !== printed) print();
    },
  };
}
