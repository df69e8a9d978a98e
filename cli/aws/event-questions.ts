import { counted } from '../../lambda/shared/counted.ts';
import { createEventQueries, type EventQueries } from '../../lambda/store/questions/event-queries.ts';
import type { Io } from '../output/process-io.ts';
import type { Connection } from './connection.ts';

/** Pages that are named one by one. */
const NAMED = 3;

/** The questions to the audit index. What no answer can hold is said once. */
export function eventQuestions({ documents, tables }: Connection, { stderr, now }: Io): EventQueries {
  return createEventQueries(documents, tables, now, (pages) => {
    const named = pages.slice(0, NAMED).map(({ item, reason }) => `${item} (${reason})`);
    const rest = pages.length > NAMED ? `, and ${pages.length - NAMED} more` : '';
    const count = counted(pages.length, 'page');
    stderr.write(
      `${count} of log objects can't be read by this version: ${named.join(', ')}${rest}. Their events are in no answer: ask with a later version, or let backfill read the log objects again.\n`,
    );
  });
}
