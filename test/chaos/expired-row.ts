import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { memberRows } from '../../lambda/store/correlations/correlation-row.ts';
import { expireRows } from '../../local/deployment/expire-rows.ts';
import type { Kind } from './kind.ts';
import { groupOf, groupValuesOf, SIGN_IN_CORRELATION, SIGN_IN_RULE } from './sign-in-group.ts';

const HOUR = 3_600_000;

/**
 * What a correlation remembers of a group has expired, and DynamoDB deletes it just before the first call of a site: a
 * state that says that all was judged, a firing that would silence the group, members that would be counted.
 */
export function expiredRow(site: string): Kind {
  let deleted = 0;
  let met = false;
  return {
    name: `expired rows, which are deleted before the first ${site}`,
    prepare: async ({ documents, tables, start, account }) => {
      deleted = 0;
      met = false;
      const at = (minute: number) => new Date(start.getTime() + minute * 60_000);
      const put = (member: string, attributes: Record<string, unknown>) =>
        documents.send(
          new PutCommand({
            TableName: tables.correlations,
            Item: {
              group: groupOf(account),
              member,
              rowVersion: 1,
              expiresAt: Math.floor((start.getTime() - HOUR) / 1000),
              ...attributes,
            },
          }),
        );
      await put('state', {
        version: 5,
        rules: new Set([SIGN_IN_RULE]),
        judgedThrough: at(600).getTime(),
        due: at(-600).getTime(),
        dueShard: 'due',
        dueAt: at(-600).toISOString(),
        correlation: SIGN_IN_CORRELATION,
        groupValues: groupValuesOf(account),
      });
      await put(`firing#${at(10).toISOString()}`, {
        id: 'expired',
        at: at(10).getTime(),
        from: at(9).getTime(),
        value: 3,
        atLeast: false,
        eventIDs: ['expired'],
        fields: {},
        pending: false,
      });
      const time = at(9).getTime();
      const group = { correlation: SIGN_IN_CORRELATION, group: groupValuesOf(account) };
      for (const name of ['one', 'two']) {
        const event = { identity: name, rule: SIGN_IN_RULE, eventTime: time, eventID: name, fields: {} };
        for (const { member, ...attributes } of memberRows(group, [{ ...event, arrivedAt: time }])) {
          await put(member, attributes);
        }
      }
    },
    beforeCall: async ({ clients, tables, now }, called) => {
      if (met || called !== site) return;
      met = true;
      deleted = await expireRows(clients.dynamodb, tables, now(), ['correlations']);
    },
    cameAbout: () => deleted > 0,
  };
}
