import type { S3Client } from '@aws-sdk/client-s3';
import type { HistoryFile, HistoryPull } from '../../../local/history/history-file.ts';
import { isNamed, pacedLookUp, secondOf } from './look-up.ts';
import { createLookUpClient } from './look-up-client.ts';
import { putLookedUp } from './looked-up-object.ts';
import { type FirstPage, pullRegion } from './pull-region.ts';

/** Milliseconds after which CloudTrail has delivered nearly every event. */
const SETTLED = 15 * 60_000;

export interface PullOptions {
  readonly regions: readonly string[];
  readonly profile?: string;
  readonly pull: HistoryPull;
  readonly history: HistoryFile;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly since: Date;
  readonly until: Date;
  readonly now: Date;
  readonly signal: AbortSignal;
  /** Called once, when every region has told or has failed. */
  readonly onFirstPages: (pages: readonly FirstPage[]) => void;
  readonly onEvents: (region: string, events: number, reached: string) => void;
  readonly onEnd: (region: string) => void;
}

/** What became of a region. */
export interface RegionResult {
  readonly region: string;
  /** Why not all of it is there. */
  readonly error?: unknown;
  /** The account hasn't enabled it, so there are no events of it. */
  readonly notEnabled?: true;
}

/** Pulls regions at the same time. One that fails stops no other. Never throws. */
export async function pullRegions(options: PullOptions): Promise<readonly RegionResult[]> {
  const { regions, pull, history, onFirstPages, onEnd } = options;
  const first: FirstPage[] = [];
  let waiting = regions.length;
  const tell = (page?: FirstPage): void => {
    if (page !== undefined) first.push(page);
    if (--waiting === 0) onFirstPages(first);
  };
  return Promise.all(
    regions.map(async (region): Promise<RegionResult> => {
      let hasTold = false;
      const told = (page?: FirstPage): void => {
        if (!hasTold) tell(page);
        hasTold = true;
      };
      try {
        await pullOne(region, options, told);
        return { region };
      } catch (error) {
        // Where a page has come, the credentials were known: they are gone since.
        if (hasTold || !isNotEnabled(error)) return { region, error };
        return history.settle(pull, region, 'not-enabled').then(
          () => ({ region, notEnabled: true }),
          (fault: unknown) => ({ region, error: fault }),
        );
      } finally {
        told();
        onEnd(region);
      }
    }),
  );
}

async function pullOne(region: string, options: PullOptions, onFirstPage: (page: FirstPage) => void): Promise<void> {
  const { profile, pull, history, s3, bucket, since, until, now, signal, onEvents } = options;
  const client = createLookUpClient({ region, ...(profile !== undefined && { profile }) });
  try {
    const { account } = pull;
    await history.settle(pull, region, 'open');
    await pullRegion({
      region,
      pull,
      history,
      lookUp: pacedLookUp(client, { signal }),
      store: (events) => putLookedUp(s3, { bucket, account, region }, events),
      since: secondOf(since),
      until: secondOf(until),
      settledUntil: secondOf(new Date(now.getTime() - SETTLED)),
      onFirstPage,
      onEvents: (events, reached) => onEvents(region, events, reached),
    });
  } finally {
    client.destroy();
  }
}

/** A region that an account hasn't enabled knows none of its credentials; who they are was asked elsewhere before. */
function isNotEnabled(error: unknown): boolean {
  return isNamed(error, 'UnrecognizedClientException') || isNamed(error, 'OptInRequired');
}
