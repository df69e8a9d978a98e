import type { AlertTopics } from '../../lambda/alerts/channels/publish-to-topic.ts';
import { partitionOfRegion } from '../../lambda/cloudtrail/record/arn.ts';
import type { Caller } from '../../lambda/store/suppressions/suppression-event.ts';

/** The topics of a customer, as `alerts.topics` names them. */
export type OwnTopics = Readonly<
  Partial<Record<'alerts' | 'critical' | 'high' | 'medium' | 'low' | 'chat', string | undefined>>
>;

/** The ARNs of a deployment's alert topics: a customer's, or else its own, which are in the account and region that its tables are in. */
export function alertTopicsOf(
  deployment: string,
  { account, region }: Caller,
  own: OwnTopics = {},
): Required<AlertTopics> {
  const arn = (name: keyof OwnTopics): string =>
    own[name] ?? `arn:${partitionOfRegion(region)}:sns:${region}:${account}:${deployment}-${name}`;
  return {
    alerts: arn('alerts'),
    byLevel: { critical: arn('critical'), high: arn('high'), medium: arn('medium'), low: arn('low') },
    chat: arn('chat'),
  };
}
