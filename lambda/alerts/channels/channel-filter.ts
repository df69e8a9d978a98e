import type { Notice } from '../messages/alert-notice.ts';
import type { ChannelSettings } from './channel-settings.ts';

export type ChannelFilter = Pick<ChannelSettings, 'levels' | 'accounts' | 'tags'>;

/**
 * Whether a channel takes a notice. A storm stands for alerts of any account and tag, so only its level counts: nobody
 * should miss that alerts of theirs may be among those that were not sent one by one.
 */
export function takes({ levels, accounts, tags }: ChannelFilter, notice: Notice): boolean {
  const wanted: readonly string[] = levels;
  if (notice.kind === 'storm') return wanted.includes(notice.storm.level);
  const { level, finding } = notice.alert;
  return (
    wanted.includes(level) &&
    (accounts.length === 0 || accounts.includes(finding.account)) &&
    (tags.length === 0 || finding.tags.some((tag) => tags.includes(tag)))
  );
}
