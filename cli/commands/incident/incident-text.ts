import { printable } from '../../../lambda/shared/printable.ts';
import type { Incident } from '../../../lambda/store/questions/incident/incident.ts';
import type { Output } from '../../output/process-io.ts';
import { type Column, createTable } from '../../output/table.ts';
import { paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';
import type { IncidentSection, SectionColumn } from './incident-section.ts';
import { incidentHeadline, incidentSections } from './incident-sections.ts';

export interface TextOptions {
  readonly zone: Zone;
  /** Lines of a part at most. */
  readonly limit: number;
  /** A command line that can be typed. */
  readonly command: (args: readonly string[]) => string;
}

/** An incident on one screen. Parts that have nothing to tell share a line each. */
export function incidentText(incident: Incident, options: TextOptions, output: Output): string {
  const { zone, limit, command } = options;
  const paint = paintFor(output.colours);
  const [first = '', ...others] = incidentHeadline(incident, zone).map((line) => printable(line, MAX_LINE));
  const parts = [[paint(first, 'heading'), ...others].join('\n').concat('\n')];
  if (incident.events > 0) {
    const sections = incidentSections(incident, { zone, limit });
    parts.push(...sections.filter(({ rows }) => rows.length > 0).map((section) => sectionText(section, output)));
    const nothing = sections.filter(({ rows }) => rows.length === 0);
    if (nothing.length > 0) parts.push(nothing.map((section) => `${section.nothing}\n`).join(''));
  }
  if (incident.next.length > 0) {
    const lines = incident.next.map(
      ({ question, args }) =>
        `${printable(question, MAX_LINE)}\n  ${paint(printable(command(args), MAX_LINE), 'notable')}\n`,
    );
    parts.push(`${paint('What to ask next', 'heading')}\n${lines.join('')}`);
  }
  if (incident.leftOut.length > 0) {
    const lines = incident.leftOut.map(({ reason }) => `${printable(reason, MAX_LINE)}\n`);
    parts.push(`${paint('Not in this answer', 'heading')}\n${lines.join('')}`);
  }
  return parts.join('\n');
}

/** Names in records are bounded, and a command that is cut is none. */
const MAX_LINE = 4096;

/**
 * The head of the first column is that of the part, too, as long as it is whole: a line of its own would take a second
 * screen. What a column `isLong` has stands below its line where the table has no room for all of it.
 */
function sectionText({ title, columns, rows, more, moreAtLeast, remark }: IncidentSection, output: Output): string {
  const all = rows.length + more;
  const isCut = all > rows.length || moreAtLeast;
  const notes = [
    ...(isCut ? [`${rows.length} of ${counted(all)}${moreAtLeast ? ' or more' : ''}`] : []),
    ...(remark === undefined ? [] : [remark]),
  ];
  const left = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  const shown = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => rows.some((row) => (row[index] ?? '') !== ''));
  const [first] = shown;
  if (first === undefined) return '';
  const paint = paintFor(output.colours);
  const withNotes = `${first.title}${left}`;
  const table = tableText([{ ...first, title: withNotes }, ...shown.slice(1)], rows, output);
  return table.includes(withNotes)
    ? table
    : `${paint(`${title}${left}`, 'heading')}\n${tableText(shown, rows, output)}`;
}

type ShownColumn = SectionColumn & { readonly index: number };

function tableText(columns: readonly ShownColumn[], rows: IncidentSection['rows'], output: Output): string {
  const table = (chosen: readonly ShownColumn[]) =>
    createTable(
      chosen.map(
        ({ title, isKey, index }): Column<readonly string[]> => ({
          title,
          parts: [{ title, text: (row) => row[index], ...(isKey && { keep: 'always' as const }) }],
        }),
      ),
      rows,
      { ...output, isTerminal: false },
    );
  const long = columns.filter(({ isLong }) => isLong);
  const whole = table(columns);
  const isWhole = rows.every((row) => {
    const line = whole.row(row);
    return long.every(({ index }) => line.includes(printable(row[index] ?? '', MAX_LINE)));
  });
  if (isWhole) return [whole.head, ...rows.map(whole.row)].join('');
  const { head, row: line } = table(columns.filter(({ isLong }) => !isLong));
  const below = (row: readonly string[]) =>
    long.flatMap(({ title, index }) => {
      const text = row[index] ?? '';
      return text === '' ? [] : [`  ${title}: ${printable(text, MAX_LINE)}\n`];
    });
  return [head, ...rows.flatMap((row) => [line(row), ...below(row)])].join('');
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
