import type { IndexCandidate } from '../../../lambda/index/event-plan.ts';
import type { SearchReport } from '../../../lambda/index/event-search.ts';

/** How a question was answered, line by line. */
export function explainText(report: SearchReport | undefined): string {
  if (report === undefined) return 'Nothing was read: no time lies in the range.\n';
  const { plan, range, units, rows, requests, estimatedUnits } = report;
  const lines = [
    plan.index === 'by-day'
      ? 'Index    by-day: every event of the days in the range'
      : `Index    ${plan.index}: ${plan.values.join(', ')} (${plan.partitions.length} keys)`,
    ...(plan.candidates.length < 2 ? [] : [`Compared ${plan.candidates.map(candidateText).join('; ')}`]),
    `Time     ${range.first ?? 'the beginning'} to ${range.last ?? 'now'}`,
    ...plan.filters.map(({ field, values }) => `Checked  ${field}: ${values.join(' or ')}`),
    estimatedUnits === undefined
      ? 'Estimate none: little was read, less than half of what may be'
      : `Estimate about ${Math.ceil(estimatedUnits)} units, asked before more than a little was read`,
    `Read     ${units} units, ${rows} rows, ${requests} requests`,
  ];
  return `${lines.join('\n')}\n`;
}

function candidateText({ index, estimate }: IndexCandidate): string {
  if (estimate === undefined) return index;
  return `${index} ${estimate.exact ? '' : 'about '}${estimate.rows} rows`;
}
