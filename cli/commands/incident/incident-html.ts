import type { Incident } from '../../../lambda/store/questions/incident/incident.ts';
import type { Pin } from '../../../ui/protocol/asked.ts';
import { incidentReport } from '../../../ui/report/incident-report.ts';
import { incidentHeadline, incidentSections } from './incident-sections.ts';
import type { TextOptions } from './incident-text.ts';

/** What a report is made with, beside the incident. */
export interface HtmlOptions extends TextOptions {
  /** The arguments that tell the same, if a command does. */
  readonly args?: readonly string[];
  readonly pins?: readonly Pin[];
  readonly made: Date;
  readonly deployment: string;
}

/** An incident as one file of HTML, for a ticket: the parts that text and Markdown have, and what was pinned. */
export function incidentHtml(
  incident: Incident | undefined,
  { zone, limit, command, args, pins = [], made, deployment }: HtmlOptions,
): string {
  const [title = 'Report', ...summary] = incident === undefined ? [] : incidentHeadline(incident, zone);
  return incidentReport({
    title,
    summary,
    sections: incident === undefined || incident.events === 0 ? [] : incidentSections(incident, { zone, limit }),
    leftOut: incident?.leftOut.map(({ reason }) => reason) ?? [],
    pins,
    next: incident?.next.map((next) => ({ question: next.question, command: command(next.args) })) ?? [],
    ...(args !== undefined && { command: command(args) }),
    made: made.toISOString(),
    deployment,
  });
}
