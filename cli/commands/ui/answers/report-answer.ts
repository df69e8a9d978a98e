import type { ReportAnswer } from '../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../ui/protocol/asked.ts';
import { incidentReport } from '../../../../ui/report/incident-report.ts';
import type { PageContext } from '../page-context.ts';
import { incidentOf } from './story-answer.ts';

/** One file of the story and of what was pinned. */
export async function reportAnswer({ story, pins }: ReadAsked<'report'>, context: PageContext): Promise<ReportAnswer> {
  const incident = story === undefined ? undefined : await incidentOf(story, context);
  const made = context.io.now().toISOString();
  const html = incidentReport({
    incident,
    pins,
    made,
    deployment: context.options.deployment,
    command: (args) => context.command(args),
  });
  return { fileName: `trailwarden-${made.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')}.html`, html };
}
