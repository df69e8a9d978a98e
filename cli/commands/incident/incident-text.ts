import { printable } from '../../../lambda/shared/printable.ts';
import type { Incident } from '../../../lambda/store/questions/incident/incident.ts';
import type { Output } from '../../output/process-io.ts';
import { type Column, renderTable } from '../../output/table.ts';
import { paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';
import { type IncidentSection, incidentHeadline, incidentSections } from './incident-sections.ts';

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

/** The head of the first column is that of the part, too: a line of its own would take a second screen. */
function sectionText({ columns, rows, more, moreAtLeast, remark }: IncidentSection, output: Output): string {
  const all = rows.length + more;
  const isCut = all > rows.length || moreAtLeast;
  const notes = [
    ...(isCut ? [`${rows.length} of ${counted(all)}${moreAtLeast ? ' or more' : ''}`] : []),
    ...(remark === undefined ? [] : [remark]),
  ];
  const left = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  const shown = columns.flatMap(({ title, isKey }, index): Column<readonly string[]>[] => {
    if (rows.every((row) => (row[index] ?? '') === '')) return [];
    const name = index === 0 ? `${title}${left}` : title;
    return [
      { title: name, parts: [{ title: name, text: (row) => row[index], ...(isKey && { keep: 'always' as const }) }] },
    ];
  });
  return renderTable(shown, rows, { ...output, isTerminal: false });
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}
