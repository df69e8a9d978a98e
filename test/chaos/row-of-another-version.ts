import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import type { Kind } from './kind.ts';
import { groupOf, groupValuesOf, SIGN_IN_CORRELATION, SIGN_IN_RULE } from './sign-in-group.ts';

const NEWER = { rowVersion: 99, inAnotherForm: true };

/** Rows of correlations that a newer version wrote, in the workload's group and in others that sweep finds before it. */
export function rowOfAnotherVersion(): Kind {
  return {
    name: 'rows of another version',
    prepare: async ({ documents, tables, start, account }) => {
      const at = (minute: number) => new Date(start.getTime() + minute * 60_000).toISOString();
      const due = { dueShard: 'due', dueAt: at(-600), correlation: SIGN_IN_CORRELATION };
      const put = (group: string, member: string, attributes: Record<string, unknown>) =>
        documents.send(
          new PutCommand({
            TableName: tables.correlations,
            Item: { group, member, expiresAt: Math.floor(start.getTime() / 1000) + 30 * 86_400, ...attributes },
          }),
        );
      const own = groupOf(account);
      await put(own, `firing#${at(-15)}`, { ...NEWER, ...due, groupValues: groupValuesOf(account) });
      await put(own, `member#${SIGN_IN_RULE}#${at(9)}#newer`, NEWER);
      await put(own, `member#${SIGN_IN_RULE}#${at(10)}#broken`, { rowVersion: 1, eventTime: 'at ten' });
      await put(groupOf('another'), 'state', { ...NEWER, ...due, groupValues: groupValuesOf('another') });
      await put('of no correlation', 'firing#', { ...NEWER, dueShard: 'due', dueAt: at(-600) });
    },
    cameAbout: ({ metrics }) => (metrics.get(METRICS.RowsUnreadable.name) ?? 0) >= 5,
  };
}
