import { printable } from '../../lambda/shared/printable.ts';

const MAX_LINE = 10_000;

/** Text of several lines, each without control sequences for a terminal. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => printable(line, MAX_LINE))
    .join('\n');
}
