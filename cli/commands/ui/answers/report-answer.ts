import type { ReportAnswer } from '../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../ui/protocol/asked.ts';
import { readZone } from '../../../time/time-zone.ts';
import { incidentHtml } from '../../incident/incident-html.ts';
import type { PageContext } from '../context/page-context.ts';
import { incidentArgs, incidentOf } from './story-answer.ts';

/** Lines of each part: what a ticket bears. */
const LINES = 50;

/** One file of the story and of what was pinned. */
export async function reportAnswer({ story, pins }: ReadAsked<'report'>, context: PageContext): Promise<ReportAnswer> {
  const incident = story === undefined ? undefined : await incidentOf(story, context);
  const made = context.io.now();
  const html = incidentHtml(incident, {
    zone: readZone('UTC'),
    limit: LINES,
    command: (args) => context.command(args),
    ...(story !== undefined && { args: incidentArgs(story) }),
    pins,
    made,
    deployment: context.options.deployment,
  });
  const stamp = made.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
  const leftOut = incident?.leftOut.map(({ reason }) => reason) ?? [];
  return { fileName: `trailwarden-${stamp}.html`, html, leftOut };
}
