import CliTable from 'cli-table3';
import { printable } from '../../lambda/shared/printable.ts';
import type { Output } from './process-io.ts';
import { paintFor, type Style } from './text-style.ts';

/** One value that a table shows of a row. */
export interface Part<Row> {
  readonly title: string;
  readonly text: (row: Row) => string | undefined;
  readonly style?: (row: Row) => Style;
  /** `always` for what other commands take, such as an ID; what is kept `first` is cut after everything else. */
  readonly keep?: 'always' | 'first';
}

/** Parts that stand side by side where the terminal is wide enough, and one below the other where it isn't. */
export interface Column<Row> {
  readonly title: string;
  readonly parts: readonly Part<Row>[];
}

interface Cell {
  readonly text: string;
  readonly style: Style;
}

/** Space and line between columns. */
const GAP = 3;
const MIN_WIDTH = 8;

/**
 * The rows as a table that fits the output: a column a part, or parts stacked and cut where that is too wide.
 * What is kept always is never cut: columns without it are left out where there is no room for them, and a line is
 * wider than the output only where what is kept is. Where the output's width isn't known (a terminal may report 0),
 * nothing is cut; where nobody looks, no lines are drawn. Ends with a line break.
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], output: Output): string {
  const flat = columns.flatMap((column) => column.parts.map((part) => ({ title: part.title, parts: [part] })));
  const width = output.columns || Number.POSITIVE_INFINITY;
  const isFlat = total(naturalWidths(flat, rows)) <= width;
  const chosen = isFlat ? flat : withRoom(columns, rows, width);
  const widths = fitWidths(chosen, rows, width);
  const paint = paintFor(output.colours);
  const table = new CliTable({
    head: chosen.map(({ title }, index) => paint(cut(title, widths[index] ?? 0), 'heading')),
    style: { head: [], border: [], compact: isFlat, ...(!output.isTerminal && { 'padding-left': 0 }) },
    ...(!output.isTerminal && { chars: PLAIN }),
  });
  for (const row of rows) {
    table.push(
      chosen.map((column, index) =>
        cells(column, row)
          .map(({ text, style }) => paint(cut(text, widths[index] ?? 0), style))
          .join('\n'),
      ),
    );
  }
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

const PLAIN = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, name === 'middle' ? ' ' : '']),
);

function cells<Row>({ parts }: Column<Row>, row: Row): readonly Cell[] {
  const all = parts.flatMap(({ text, style }): Cell[] => {
    const value = text(row);
    return value === undefined || value === '' ? [] : [{ text: printable(value), style: style?.(row) ?? 'plain' }];
  });
  return all;
}

function naturalWidths<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly number[] {
  return columns.map((column) => {
    let width = column.title.length;
    for (const row of rows) for (const { text } of cells(column, row)) width = Math.max(width, text.length);
    return width;
  });
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + GAP, 1);
}

/** What a column can't be narrower than without cutting parts that are kept so. */
function leastWidths<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  kept: readonly Part<Row>['keep'][],
): readonly number[] {
  return columns.map(({ title, parts }) => {
    const keptParts = parts.filter(({ keep }) => keep !== undefined && kept.includes(keep));
    let width = MIN_WIDTH;
    for (const row of rows) {
      for (const { text } of cells({ title, parts: keptParts }, row)) width = Math.max(width, text.length);
    }
    return width;
  });
}

/** The columns that fit beside what is always kept. The last ones are left out first. */
function withRoom<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  available: number,
): readonly Column<Row>[] {
  const isKept = ({ parts }: Column<Row>): boolean => parts.some(({ keep }) => keep === 'always');
  if (!columns.some(isKept)) return columns;
  let chosen = columns;
  while (total(leastWidths(chosen, rows, ['always'])) > available) {
    const last = chosen.findLastIndex((column) => !isKept(column));
    if (last < 0) break;
    chosen = chosen.toSpliced(last, 1);
  }
  return chosen;
}

/** Takes from the widest columns until all fit, and from what is kept first only where that isn't enough. */
function fitWidths<Row>(columns: readonly Column<Row>[], rows: readonly Row[], available: number): readonly number[] {
  const natural = naturalWidths(columns, rows);
  const comfortable = shrink(natural, leastWidths(columns, rows, ['always', 'first']), available);
  return total(comfortable) <= available
    ? comfortable
    : shrink(natural, leastWidths(columns, rows, ['always']), available);
}

function shrink(natural: readonly number[], least: readonly number[], available: number): readonly number[] {
  const widths = [...natural];
  while (total(widths) > available) {
    const spare = widths.map((width, index) => (width > (least[index] ?? 0) ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) break;
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** The end of an ARN tells more than its beginning. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return text.startsWith('arn:') ? `…${text.slice(text.length - width + 1)}` : `${text.slice(0, width - 1)}…`;
}
