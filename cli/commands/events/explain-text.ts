import { counted } from '../../../lambda/shared/counted.ts';
import type { SearchReport } from '../../../lambda/store/questions/event-search.ts';

/** How a question was answered, line by line. */
export function explainText(report: SearchReport | undefined): string {
  if (report === undefined) return 'Nothing was read: no time lies in the range.\n';
  const { conditions, first, last, pages, pageEvents, segments, segmentsOpened, estimatedUnits, unreadable } = report;
  const { blocks, dictionaryParts, otherItems, units, rows, requests } = report;
  const lines = [
    `Time     ${first ?? 'the beginning'} to ${last ?? 'now'}`,
    ...conditions.map(({ field, values, exact, isNegated }) => {
      const how = exact === undefined ? 'patterns' : 'exact';
      return `Asked    ${field}: ${isNegated ? 'none of ' : ''}${values.join(' or ')} (${how})`;
    }),
    `Pages    ${pages}, ${counted(pageEvents, 'event')}${unreadable.length === 0 ? '' : `; ${unreadable.length} can't be read`}`,
    `Segments ${segmentsOpened} opened of ${segments}`,
    `Items    ${blocks} blocks, ${dictionaryParts} parts of dictionaries, ${otherItems} others`,
    ...(estimatedUnits === undefined
      ? []
      : [`Estimate up to about ${counted(Math.ceil(estimatedUnits), 'unit')}, before it was read`]),
    `Read     ${counted(units, 'unit')}, ${counted(rows, 'row')}, ${counted(requests, 'request')}`,
  ];
  return `${lines.join('\n')}\n`;
}
