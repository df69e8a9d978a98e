import type { Format } from '../output/output-format.ts';
import type { Io } from '../output/process-io.ts';
import type { RecordFile } from './find-files.ts';

export interface FileProgress {
  done(file: RecordFile): void;
  stop(): void;
}

const SILENT: FileProgress = { done: () => {}, stop: () => {} };

/**
 * Shows how many of the files are done, by their bytes: on stderr, if that is a terminal, and findings don't come to the
 * same terminal meanwhile.
 */
export async function createFileProgress(files: readonly RecordFile[], format: Format, io: Io): Promise<FileProgress> {
  const inTheWay = io.stdout.isTerminal && format !== 'table';
  if (!io.stderr.isTerminal || inTheWay) return SILENT;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    stream: process.stderr,
    format: '  {bar} {percentage} %  {files}/{all} files  {eta_formatted}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  });
  let done = 0;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  bar.start(bytes, 0, { files: 0, all: files.length });
  return {
    done: (file) => {
      done++;
      bar.increment(file.bytes, { files: done });
    },
    stop: () => bar.stop(),
  };
}
