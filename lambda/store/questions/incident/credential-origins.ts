import { originOf } from '../trace/origin.ts';
import type { TraceReader } from '../trace/trace-reader.ts';
import { type CredentialEntry, pointOf } from './gather-events.ts';
import type { CameBy } from './incident.ts';

/** Credentials whose origin is looked for: each takes some questions. */
export const MOST_ORIGINS = 12;

/** How somebody came by a credential. @throws ReadLimitReached */
export async function cameBy({ accessKeyId, event }: CredentialEntry, reader: TraceReader): Promise<CameBy> {
  const forwarded = forwardedBy(event);
  if (forwarded !== undefined) return forwarded;
  const { steps, created } = await originOf(reader, accessKeyId);
  if (steps.length > 0) {
    const told = await Promise.all(
      steps.map(async (step) => ({
        event: pointOf(await reader.whole(step.event)),
        accessKeyId: step.accessKeyId,
        by: step.by,
      })),
    );
    return { how: 'issued', steps: told };
  }
  return created === undefined ? { how: 'unknown' } : { how: 'made', event: pointOf(await reader.whole(created)) };
}

/** A session that a service uses for the caller: no call in the log issued it. Told without a question. */
export function forwardedBy({ via, credential }: CredentialEntry['event']): CameBy | undefined {
  return via === undefined || credential !== 'temporary' ? undefined : { how: 'forwarded', service: via };
}
