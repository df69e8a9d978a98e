import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import colors from 'picocolors';
import { printable } from '../../lambda/shared/printable.ts';

type Colors = ReturnType<typeof colors.createColors>;

/** A value, or one with its colour. */
export type Cell = string | number | { readonly text: string; readonly format: (text: string) => string };

/** Where a run prints what it found: text with or without colours, and tables. */
export interface Screen {
  readonly colors: Colors;
  line(text?: string): void;
  heading(text: string): void;
  /**
   * Values on one line behind what they belong to: as many as fit, and how many more there are. What one of them alone
   * is too long for is broken between words, the later lines indented.
   */
  listed(lead: string, values: readonly string[]): void;
  /** Each row on one line, without what a terminal would obey. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void;
}

/** Characters of a cell at most, however wide the terminal; and those that it keeps, however narrow. */
const LONGEST_CELL = 100;
const SHORTEST_CELL = 12;

/** Between two columns. */
const GAP = 3;

const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: ' ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' },
};

/** @param columns the width that tables must fit into; without it they take what they need */
export function createScreen(print: (text: string) => void, isColored: boolean, columns?: number): Screen {
  const format = colors.createColors(isColored);
  const line = (text = '') => print(`${text}\n`);
  return {
    colors: format,
    line,
    heading: (text) => {
      line();
      line(format.bold(text));
    },
    listed: (lead, values) => {
      const texts = values.map((_, left) => {
        const shown = values.slice(0, values.length - left).join(', ');
        return `${lead} ${shown}${left > 0 ? ` +${left}` : ''}`;
      });
      const fits = (text: string): boolean => columns === undefined || stripVTControlCharacters(text).length <= columns;
      const text = texts.find(fits) ?? texts.at(-1) ?? lead;
      for (const each of brokenBetweenWords(text, columns)) line(each);
    },
    table: (head, rows) => {
      const names = head.map((name) => name.toUpperCase());
      const widths = fitted([names, ...rows], columns);
      const table = new Table({
        head: names.map((name) => format.dim(name)),
        // Its own colours don't ask whether there is a terminal.
        style: { head: [], border: [] },
        chars: NO_BORDERS,
      });
      for (const row of rows) table.push(row.map((cell, column) => cellText(cell, widths[column] ?? LONGEST_CELL)));
      for (const text of table.toString().split('\n')) line(text.trimEnd());
    },
  };
}

function brokenBetweenWords(text: string, columns = Number.POSITIVE_INFINITY): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/(?<=\S) /)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && stripVTControlCharacters(longer).length > columns) {
      lines.push(current);
      current = `    ${word}`;
    } else current = longer;
  }
  return [...lines, current];
}

/** Widths at which the rows fit into a line: those that they need, the widest ones cut first. */
function fitted(rows: readonly (readonly Cell[])[], columns = Number.POSITIVE_INFINITY): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cellText(cell, LONGEST_CELL, (text) => text).length);
    });
  }
  for (;;) {
    const total = widths.reduce((sum, width) => sum + width + GAP, 0);
    const widest = Math.max(...widths);
    if (total <= columns || widest <= SHORTEST_CELL) return widths;
    widths[widths.indexOf(widest)] = widest - 1;
  }
}

function cellText(cell: Cell, length: number, format = formatOf(cell)): string {
  const text = typeof cell === 'object' ? cell.text : String(cell);
  return format(printable(text, length));
}

function formatOf(cell: Cell): (text: string) => string {
  return typeof cell === 'object' ? cell.format : (text) => text;
}
