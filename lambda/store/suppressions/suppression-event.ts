import { randomUUID } from 'node:crypto';
import type { Suppression } from '../../alerts/noise/suppression.ts';
import { type CloudTrailEvent, readEvent } from '../../cloudtrail/cloudtrail-event.ts';
import type { JsonObject } from '../../shared/json.ts';

/** Who makes or ends a suppression. */
export interface Caller {
  /** As CloudTrail would write it. */
  readonly userIdentity: JsonObject;
  /** The deployment's region. */
  readonly account: string;
  readonly region: string;
}

/** The `eventSource` of events that Trailwarden writes itself, where CloudTrail's have the name of a service. */
export const OWN_EVENT_SOURCE = 'trailwarden';

/** What happened, and which record in the suppression's row describes it. */
const RECORD_OF = { CreateSuppression: 0, EndSuppression: 1 } as const;

export interface SuppressionChange {
  readonly eventName: keyof typeof RECORD_OF;
  readonly suppression: Pick<Suppression, 'suppressionId' | 'ruleId' | 'actor' | 'account' | 'until' | 'reason'>;
  readonly caller: Caller;
  /** Physical name of the table of suppressions. */
  readonly table: string;
  readonly now: Date;
}

/**
 * The event of a suppression that was made or ended: CloudTrail sees neither, so it is written here in CloudTrail's
 * form, and found through every index like any other event. Its record is in the suppression's row, not in S3: the
 * receipt names the table, the suppression and the record's position.
 * @throws Error for a caller without an account.
 */
export function suppressionEvent({ eventName, suppression, caller, table, now }: SuppressionChange): CloudTrailEvent {
  const { suppressionId, ruleId, actor, account, until, reason } = suppression;
  const record: JsonObject = {
    eventVersion: '1.11',
    userIdentity: caller.userIdentity,
    eventTime: `${now.toISOString().slice(0, 19)}Z`,
    eventSource: OWN_EVENT_SOURCE,
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
    resources: [suppressionId, ruleId, ...(actor === undefined ? [] : [actor])].map((ARN) => ({ ARN })),
    eventType: 'AwsApiCall',
    recipientAccountId: caller.account,
    eventCategory: 'Management',
  };
  const receipt = { bucket: table, key: suppressionId, version: eventName, index: RECORD_OF[eventName] };
  const result = readEvent(record, receipt);
  if (!result.ok) throw new Error(`The suppression can't be written down as an event: ${result.reason}`);
  return result.event;
}
