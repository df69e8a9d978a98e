import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Detector, dayOfDate } from '../../detection/index.ts';
import { SeenRules } from '../../store/correlations/seen-rules.ts';
import { SeenValues } from '../../store/correlations/seen-values.ts';
import type { OnUnreadableRow } from '../../store/dynamo/read-row.ts';
import type { Ledger } from '../../store/ledger/ledger.ts';
import { FirstSeen, type FirstSeenDependencies } from './first-seen.ts';

export interface FirstSeenWiring extends Pick<FirstSeenDependencies, 'report' | 'onLeftOut' | 'now' | 'onlyTeaches'> {
  readonly documents: DynamoDBDocumentClient;
  /** Physical name of the table of correlations. */
  readonly table: string;
  readonly detector: Detector;
  readonly ledger: Pick<Ledger, 'firstDayOf'>;
  readonly onUnreadableRow: OnUnreadableRow;
}

/** What judges by the rules of type `first_seen`, with its values in DynamoDB. */
export function wireFirstSeen(wiring: FirstSeenWiring): FirstSeen {
  const { documents, table, detector, ledger, onUnreadableRow, now, ...rest } = wiring;
  const values = new SeenValues(documents, table, now, onUnreadableRow);
  return new FirstSeen({
    ...rest,
    now,
    correlations: detector.correlations,
    values,
    rules: new SeenRules(documents, table, { rows: values, now, onUnreadableRow }),
    firstDayOf: async (account) => {
      const day = await ledger.firstDayOf(account);
      return day === undefined ? undefined : dayOfDate(day);
    },
  });
}
