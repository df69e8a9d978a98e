import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Notice } from '../messages/alert-notice.ts';

const names = z.array(z.string());

/**
 * What the functions that read the log know of a channel: its name, and which alerts it takes. Everything else of its
 * settings was checked when the deployment was synthesized, and is for the function behind its queue.
 */
const channelFilterSchema = z.object({ name: z.string(), levels: names, accounts: names, tags: names });

export type ChannelFilter = Readonly<z.infer<typeof channelFilterSchema>>;

/**
 * The channels of a deployment that have queues.
 * @param file their settings; empty for a deployment without any.
 * @throws ZodError or the file system's error.
 */
export function readChannelFilters(file: string): readonly ChannelFilter[] {
  return file === '' ? [] : z.array(channelFilterSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * Whether a channel takes a notice. A storm stands for alerts of any account and tag, so only its level counts: nobody
 * should miss that alerts of theirs may be among those that were not sent one by one.
 */
export function takes({ levels, accounts, tags }: Omit<ChannelFilter, 'name'>, notice: Notice): boolean {
  if (notice.kind === 'storm') return levels.includes(notice.storm.level);
  const { level, finding } = notice.alert;
  return (
    levels.includes(level) &&
    (accounts.length === 0 || accounts.includes(finding.account)) &&
    (tags.length === 0 || finding.tags.some((tag) => tags.includes(tag)))
  );
}
