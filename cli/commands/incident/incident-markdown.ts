import { printable } from '../../../lambda/shared/printable.ts';
import type { Incident } from '../../../lambda/store/questions/incident/incident.ts';
import type { IncidentSection } from './incident-section.ts';
import { incidentHeadline, incidentSections } from './incident-sections.ts';
import type { TextOptions } from './incident-text.ts';

/** An incident for a ticket, in GitHub's Markdown. What comes from a record stands as code: nothing in it is obeyed. */
export function incidentMarkdown(incident: Incident, { zone, limit, command }: TextOptions): string {
  const [first = '', ...others] = incidentHeadline(incident, zone);
  const parts = [`# ${code(first)}`, others.map((line) => `- ${code(line)}`).join('\n')];
  if (incident.events > 0) parts.push(...incidentSections(incident, { zone, limit }).map(sectionMarkdown));
  if (incident.next.length > 0) {
    const lines = incident.next.map(({ question, args }) => `- ${code(question)}: ${code(command(args))}`);
    parts.push(`## What to ask next\n\n${lines.join('\n')}`);
  }
  if (incident.leftOut.length > 0) {
    parts.push(`## Not in this answer\n\n${incident.leftOut.map(({ reason }) => `- ${code(reason)}`).join('\n')}`);
  }
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function sectionMarkdown({ title, columns, rows, more, moreAtLeast, nothing, remark }: IncidentSection): string {
  if (rows.length === 0) return `## ${title}\n\n${nothing}`;
  const shown = columns.flatMap((column, index) =>
    rows.every((row) => (row[index] ?? '') === '') ? [] : [{ ...column, index }],
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const left = more > 0 ? `\n\nAnd ${more.toLocaleString('en-US')}${moreAtLeast ? ' or more' : ''} more.` : '';
  return [
    `## ${title}${remark === undefined ? '' : `: ${remark}`}`,
    '',
    line(shown.map(({ title: name }) => name.trim())),
    line(shown.map(() => '---')),
    ...rows.map((row) => line(shown.map(({ index }) => cell(row[index] ?? '')))),
  ]
    .join('\n')
    .concat(left);
}

const MAX_TEXT = 4096;

function cell(text: string): string {
  return text === '' ? '' : code(text).replaceAll('|', '\\|');
}

/** A span of code ends only at as many backticks as it began with; line breaks are gone by then. */
function code(text: string): string {
  const shown = printable(text, MAX_TEXT);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
