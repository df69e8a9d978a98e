import { originOf } from '../trace/origin.ts';
import type { TraceReader } from '../trace/trace-reader.ts';
import { type CredentialEntry, type GatheredEvents, pointOf } from './gather-events.ts';
import type { CameBy } from './incident.ts';

/** Credentials whose origin is asked for: each takes some questions. */
const MOST_ASKED = 12;

/** A way from key to key has no circle; AWS sets no bound to it. */
const MOST_STEPS = 32;

type Steps = NonNullable<CameBy['steps']>;

/**
 * How somebody came by credentials, by access key: from the events of the incident where they say it, else by questions
 * to the index, for those with the most events.
 * @param told takes what is known of a key, so that it stays where the reads come to an end.
 * @throws ReadLimitReached
 */
export async function tellOrigins(
  gathered: GatheredEvents,
  reader: TraceReader,
  told: Map<string, CameBy>,
): Promise<void> {
  const issuedBy = new Map(gathered.issuing.flatMap(({ event, keys }) => keys.map((key) => [key, event] as const)));
  const open: { readonly accessKeyId: string; readonly key: string; readonly steps: Steps }[] = [];
  for (const { accessKeyId, event } of gathered.credentials()) {
    const forwarded = forwardedBy(event);
    if (forwarded !== undefined) {
      told.set(accessKeyId, forwarded);
      continue;
    }
    const steps: Steps[number][] = [];
    let key: string | undefined = accessKeyId;
    for (let issuing = issuedBy.get(key); issuing !== undefined && steps.length < MOST_STEPS; ) {
      // A key that was made for somebody isn't the session of whoever made it: the way ends there.
      if (issuing.action === 'iam:CreateAccessKey') {
        if (key === accessKeyId) told.set(accessKeyId, { how: 'made', event: pointOf(issuing) });
        key = undefined;
        break;
      }
      steps.unshift({ event: pointOf(issuing), accessKeyId: key, by: 'key' });
      key = issuing.accessKeyId;
      if (key === undefined) break;
      issuing = issuedBy.get(key);
    }
    if (steps.length > 0) told.set(accessKeyId, { how: 'issued', steps });
    // Whose long-term key it is, is known where it is used; only of the key itself it is asked who made it.
    if (key !== undefined && (steps.length === 0 || key.startsWith('ASIA'))) open.push({ accessKeyId, key, steps });
  }
  for (const { accessKeyId, key, steps } of open.slice(0, MOST_ASKED)) {
    const { steps: before, created } = await originOf(reader, key);
    const earlier = await Promise.all(
      before.map(async (step) => ({
        event: pointOf(await reader.whole(step.event)),
        accessKeyId: step.accessKeyId,
        by: step.by,
      })),
    );
    if (earlier.length + steps.length > 0) told.set(accessKeyId, { how: 'issued', steps: [...earlier, ...steps] });
    else if (created !== undefined) told.set(accessKeyId, { how: 'made', event: pointOf(await reader.whole(created)) });
    else told.set(accessKeyId, { how: 'unknown' });
  }
}

/** A session that a service uses for the caller: no call in the log issued it. */
function forwardedBy({ via, credential }: CredentialEntry['event']): CameBy | undefined {
  return via === undefined || credential !== 'temporary' ? undefined : { how: 'forwarded', service: via };
}
