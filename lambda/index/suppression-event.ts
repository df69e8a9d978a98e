import { randomUUID } from 'node:crypto';
import type { Suppression } from '../alerts/suppression.ts';
import { type CloudTrailEvent, readEvent } from '../cloudtrail/event.ts';
import type { JsonObject } from '../cloudtrail/json.ts';

/** Who makes or ends a suppression, as far as it is known. */
export interface Caller {
  /** A name that says who it was to those who know the team: a user, a profile, an ARN. */
  readonly name: string;
  readonly accessKeyId?: string;
  /** The deployment's. */
  readonly account: string;
  readonly region: string;
}

/** What happened, and which record of the suppression's row tells of it. */
const CHANGES = {
  CreateSuppression: 0,
  EndSuppression: 1,
} as const;

/**
 * The event of a suppression that was made or ended: CloudTrail sees neither, so it is written here, in CloudTrail's
 * form, and found through every index like any other. Its record stands in the suppression's row, not in S3: the
 * receipt names the table and the suppression.
 * @throws Error for a caller without an account.
 */
export function suppressionEvent(
  eventName: keyof typeof CHANGES,
  suppression: Suppression,
  { caller, table, now }: { readonly caller: Caller; readonly table: string; readonly now: Date },
): CloudTrailEvent {
  const { suppressionId, ruleId, actor, account, until, reason } = suppression;
  const record: JsonObject = {
    eventVersion: '1.11',
    userIdentity: {
      type: 'Unknown',
      userName: caller.name,
      accountId: caller.account,
      ...(caller.accessKeyId !== undefined && { accessKeyId: caller.accessKeyId }),
    },
    eventTime: `${now.toISOString().slice(0, 19)}Z`,
    eventSource: 'trailwarden',
    eventName,
    awsRegion: caller.region,
    requestParameters: {
      suppressionId,
      ruleId,
      ...(actor !== undefined && { actor }),
      ...(account !== undefined && { account }),
      until,
      reason,
    },
    responseElements: null,
    eventID: randomUUID(),
    readOnly: false,
    resources: [{ ARN: suppressionId }, { ARN: ruleId }, ...(actor === undefined ? [] : [{ ARN: actor }])],
    eventType: 'AwsApiCall',
    recipientAccountId: caller.account,
    eventCategory: 'Management',
  };
  const result = readEvent(record, {
    bucket: table,
    key: suppressionId,
    version: eventName,
    index: CHANGES[eventName],
  });
  if (!result.ok) throw new Error(`The suppression can't be written down as an event: ${result.reason}`);
  return result.event;
}
