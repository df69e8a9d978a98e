import type { CloudTrailEvent } from '../cloudtrail/cloudtrail-event.ts';
import { textAt } from '../shared/json.ts';

/**
 * The session that a call belongs to: the same for all calls of one actor with what one sign-in, or one AssumeRole, gave
 * them. The console uses many access keys, one a page and service, and all those of one sign-in have its time in
 * `sessionContext.attributes.creationDate` ("CloudTrail userIdentity element"). A long-term access key has no session:
 * its calls of one UTC day are taken for one. So are other calls of an actor that have no creationDate.
 * @returns undefined for a sign-in: each is told by itself.
 */
export function sessionOf({
  account,
  actor,
  credential,
  record,
  eventSource,
  eventTime,
}: CloudTrailEvent): string | undefined {
  if (eventSource === 'signin.amazonaws.com') return undefined;
  const who = [account, actor.id, actor.session ?? ''];
  const created = textAt(record, 'userIdentity', 'sessionContext', 'attributes', 'creationDate');
  if (created !== undefined) return [...who, created].join('\n');
  const { lifetime, accessKeyId } = credential;
  const key = lifetime === 'long-term' ? accessKeyId : undefined;
  return [...who, key ?? lifetime, eventTime.slice(0, 10)].join('\n');
}
