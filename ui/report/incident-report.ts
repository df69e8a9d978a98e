import { createHash } from 'node:crypto';
import type { Pin } from '../protocol/asked.ts';
import { escaped } from './escape-html.ts';
import { REPORT_STYLE } from './report-style.ts';

/** A part of an incident as lines of texts: what the command line prints as tables. */
export interface ReportSection {
  readonly title: string;
  readonly columns: readonly { readonly title: string }[];
  readonly rows: readonly (readonly string[])[];
  /** Lines that are left out; a lower bound where `moreAtLeast`. */
  readonly more: number;
  readonly moreAtLeast: boolean;
  /** What is said where there is nothing. */
  readonly nothing: string;
}

/** What a report holds. Every text is shown as text, whatever it holds. */
export interface ReportContent {
  readonly title: string;
  /** In short, before everything else. */
  readonly summary: readonly string[];
  readonly sections: readonly ReportSection[];
  /** What isn't whole, and why. */
  readonly leftOut: readonly string[];
  readonly pins: readonly Pin[];
  /** Questions that follow, as commands. */
  readonly next: readonly { readonly question: string; readonly command: string }[];
  /** The command that tells the same. */
  readonly command?: string;
  /** ISO 8601 in UTC. */
  readonly made: string;
  readonly deployment: string;
}

/**
 * One file of HTML that opens without a server, holds no script, asks nobody for anything, and prints. Its policy allows
 * nothing but its own style, by the hash.
 */
export function incidentReport(content: ReportContent): string {
  const { title, summary, sections, leftOut, pins, next, command, made, deployment } = content;
  const hash = createHash('sha256').update(REPORT_STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${summary.map((line) => `<p>${escaped(line)}</p>`).join('\n')}
<p class="hint">Made ${escaped(timeText(made))} of the deployment ${escaped(deployment)} by Trailwarden.</p>
${command === undefined ? '' : `<p><code>${escaped(command)}</code></p>`}
</header>
<main>
${leftOut.map((reason) => `<p class="partial">${escaped(reason)}</p>`).join('\n')}
${pins.length === 0 ? '' : pinned(pins)}
${sections.map(section).join('\n')}
${next.length === 0 ? '' : asked(next)}
</main>
</body>
</html>
`;
}

function section({ title, columns, rows, more, moreAtLeast, nothing }: ReportSection): string {
  const left = more === 0 ? '' : `<p class="hint">${moreAtLeast ? 'At least ' : ''}${more} more lines.</p>`;
  const body =
    rows.length === 0
      ? `<p class="hint">${escaped(nothing)}</p>`
      : `<div class="wide"><table>
<thead><tr>${columns.map((column) => `<th scope="col">${escaped(column.title)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}
</tbody>
</table></div>`;
  return `<section>\n<h2>${escaped(title)}</h2>\n${body}\n${left}</section>`;
}

/** Numbers stand to the right. */
function cell(text: string): string {
  return /^[\d,]+$/.test(text) ? `<td class="number">${escaped(text)}</td>` : `<td>${escaped(text)}</td>`;
}

function pinned(pins: readonly Pin[]): string {
  const items = pins.map(
    ({ kind, id, time, title, note }) =>
      `<li><p><b>${escaped(title)}</b></p>${note === '' ? '' : `<p class="note">${note.split(/\r?\n/).map(escaped).join('<br>')}</p>`}<p class="hint">${escaped(kind)} <code>${escaped(id)}</code>, ${escaped(timeText(time))}</p></li>`,
  );
  return `<section>\n<h2>Pinned</h2>\n<ol>\n${items.join('\n')}\n</ol>\n</section>`;
}

function asked(next: ReportContent['next']): string {
  const items = next.map(
    ({ question, command }) => `<li><p>${escaped(question)}</p><p><code>${escaped(command)}</code></p></li>`,
  );
  return `<section>\n<h2>What to ask next</h2>\n<ol>\n${items.join('\n')}\n</ol>\n</section>`;
}

/** `2026-11-20 14:03:07Z` */
function timeText(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2Z');
}
