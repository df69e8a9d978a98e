import CliTable from 'cli-table3';
import { printable } from '../../lambda/alerts/printable.ts';
import type { Output } from '../io.ts';
import { paintFor, type Style } from './style.ts';

/** One thing that a table tells of a row. */
export interface Part<Row> {
  readonly title: string;
  readonly text: (row: Row) => string | undefined;
  readonly style?: (row: Row) => Style;
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
 * Where lines have no bound, nothing is cut and no lines are drawn. Ends with a line break.
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], output: Output): string {
  const flat = columns.flatMap((column) => column.parts.map((part) => ({ title: part.title, parts: [part] })));
  const width = output.columns ?? Number.POSITIVE_INFINITY;
  const chosen = total(naturalWidths(flat, rows)) <= width ? flat : columns;
  const widths = fitWidths(naturalWidths(chosen, rows), width);
  const paint = paintFor(output.colours);
  const table = new CliTable({
    head: chosen.map(({ title }) => paint(title, 'heading')),
    style: { head: [], border: [], compact: chosen === flat, ...(!output.isTerminal && { 'padding-left': 0 }) },
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

/** Takes from the widest columns until all fit. */
function fitWidths(natural: readonly number[], available: number): readonly number[] {
  const widths = [...natural];
  while (total(widths) > available) {
    const widest = Math.max(...widths);
    if (widest <= MIN_WIDTH) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** The end of an ARN tells more than its beginning. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return text.startsWith('arn:') ? `…${text.slice(text.length - width + 1)}` : `${text.slice(0, width - 1)}…`;
}
