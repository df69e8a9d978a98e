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
  /**
   * Where a row stands on one line and there isn't room for all parts, those with the highest number are left out
   * first. A table without such parts stacks them instead.
   */
  readonly leaveOut?: number;
}

/** Parts that stand side by side where the terminal is wide enough, and one below the other where it isn't. */
export interface Column<Row> {
  readonly title: string;
  readonly parts: readonly Part<Row>[];
}

interface Cell {
  readonly text: string;
  readonly style: Style;
  readonly keep: Part<unknown>['keep'];
}

/** Space and line between columns. */
const GAP = 3;
const MIN_WIDTH = 8;

/** From so many columns on, a row stands on one line, if it has parts that may be left out. */
const ONE_LINE_COLUMNS = 120;
/** What a part keeps of its text where a row stands on one line. */
const ONE_LINE_WIDTH = 12;

/** A table that is written as its rows come. Every text ends with a line break. */
export interface TableWriter<Row> {
  readonly head: string;
  readonly row: (row: Row) => string;
  readonly end: string;
}

/**
 * The rows as a table that fits the output: a column a part, or parts left out or stacked and cut where that is too
 * wide. What is kept always is never cut: columns without it are left out where there is no room for them, and a line
 * is wider than the output only where what is kept is. Where the output's width isn't known (a terminal may report 0),
 * nothing is cut; where nobody looks, no lines are drawn. Ends with a line break.
 */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], output: Output): string {
  const table = createTable(columns, rows, output);
  return [table.head, ...rows.map(table.row), table.end].join('');
}

/**
 * A table whose layout and widths follow from its first rows, as `renderTable` has them. Of a later row, texts that are
 * longer are cut to the width of their column, and what is kept always stands out of it.
 * @param hasMore whether other rows follow: columns then take what room there is.
 */
export function createTable<Row>(
  columns: readonly Column<Row>[],
  first: readonly Row[],
  output: Output,
  hasMore = false,
): TableWriter<Row> {
  const width = output.columns || Number.POSITIVE_INFINITY;
  const { chosen, isFlat } = layOut(columns, first, width);
  const fitted = fitWidths(chosen, first, width);
  const widths = hasMore ? widened(fitted, width) : fitted;
  const lines = output.isTerminal ? DRAWN : PLAIN;
  const paint = paintFor(output.colours);
  const isBounded = width !== Number.POSITIVE_INFINITY;
  const cellText = (cell: Cell | undefined, column: number): string => {
    const room = widths[column] ?? 0;
    if (cell === undefined) return ' '.repeat(room);
    const text = isBounded && cell.keep !== 'always' ? cut(cell.text, room) : cell.text;
    return `${paint(text, cell.style)}${' '.repeat(Math.max(0, room - text.length))}`;
  };
  const line = (texts: readonly string[]): string =>
    `${lines.left}${texts.join(lines.middle)}${lines.right}`.trimEnd().concat('\n');
  const rule = (marks: readonly [string, string, string] | undefined): string =>
    marks === undefined ? '' : `${marks[0]}${widths.map((each) => '─'.repeat(each + 2)).join(marks[1])}${marks[2]}\n`;
  const heads = chosen.map(({ title }, column) => cellText({ text: title, style: 'heading', keep: undefined }, column));
  const separator = isFlat ? '' : rule(lines.between);
  let isFirst = true;
  return {
    head: `${rule(lines.top)}${line(heads)}${rule(lines.between)}`,
    row: (row) => {
      const all = chosen.map((column) => cells(column, row));
      const height = Math.max(1, ...all.map(({ length }) => length));
      let text = isFirst ? '' : separator;
      isFirst = false;
      for (let index = 0; index < height; index++) {
        text += line(all.map((column, position) => cellText(column[index], position)));
      }
      return text;
    },
    end: rule(lines.bottom),
  };
}

interface Lines {
  readonly left: string;
  readonly middle: string;
  readonly right: string;
  readonly top?: readonly [string, string, string];
  readonly between?: readonly [string, string, string];
  readonly bottom?: readonly [string, string, string];
}

const DRAWN: Lines = {
  left: '│ ',
  middle: ' │ ',
  right: ' │',
  top: ['┌', '┬', '┐'],
  between: ['├', '┼', '┤'],
  bottom: ['└', '┴', '┘'],
};
const PLAIN: Lines = { left: '', middle: '  ', right: '' };

interface Layout<Row> {
  readonly chosen: readonly Column<Row>[];
  /** Whether each row stands on one line. */
  readonly isFlat: boolean;
}

function layOut<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): Layout<Row> {
  const parts = columns.flatMap((column) => column.parts);
  const flat = parts.map(asColumn);
  if (total(naturalWidths(flat, rows)) <= width) return { chosen: flat, isFlat: true };
  if (width >= ONE_LINE_COLUMNS) {
    const order = parts.flatMap(({ leaveOut }) => leaveOut ?? []).toSorted((a, b) => b - a);
    for (const lowest of order) {
      const left = parts.filter(({ leaveOut = 0 }) => leaveOut < lowest).map(asColumn);
      if (total(oneLineWidths(left, rows)) <= width) return { chosen: left, isFlat: true };
    }
  }
  return { chosen: withRoom(columns, rows, width), isFlat: false };
}

function asColumn<Row>(part: Part<Row>): Column<Row> {
  return { title: part.title, parts: [part] };
}

function oneLineWidths<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly number[] {
  const natural = naturalWidths(columns, rows);
  return leastWidths(columns, rows, ['always', 'first']).map((least, index) =>
    Math.max(least, Math.min(natural[index] ?? 0, ONE_LINE_WIDTH)),
  );
}

/** Room that is left over goes to the columns in turn: later rows may be longer. */
function widened(widths: readonly number[], available: number): readonly number[] {
  if (available === Number.POSITIVE_INFINITY) return widths;
  const spare = Math.max(0, available - total(widths));
  return widths.map((width) => width + Math.floor(spare / widths.length));
}

function cells<Row>({ parts }: Column<Row>, row: Row): readonly Cell[] {
  return parts.flatMap(({ text, style, keep }): Cell[] => {
    const value = text(row);
    return value === undefined || value === ''
      ? []
      : [{ text: printable(value), style: style?.(row) ?? 'plain', keep }];
  });
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

/** The end of an ARN, or of a place in a file, tells more than its beginning. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return text.startsWith('arn:') || /\/.*#\d+$/.test(text)
    ? `…${text.slice(text.length - width + 1)}`
    : `${text.slice(0, width - 1)}…`;
}
