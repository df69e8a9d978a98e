import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { counted } from '../../lambda/shared/counted.ts';
import { InputError } from '../deployment/input-error.ts';
import { type CoveredTime, cover } from './covered-times.ts';

const NAME = 'history.json';

/** What LookupEvents can be asked by, of that what the history is. */
export const FILTERS = ['AccessKeyId', 'EventName', 'Username', 'ReadOnly'] as const;

const filterSchema = z.object({ key: z.enum(FILTERS), value: z.string() });
export type HistoryFilter = z.infer<typeof filterSchema>;

const regionSchema = z.object({
  covered: z.array(z.object({ from: z.string(), to: z.string(), ids: z.array(z.string()) })),
  events: z.number(),
  /** `open`: what was asked for isn't all there. */
  state: z.enum(['open', 'complete', 'not-enabled']),
});
type Region = z.infer<typeof regionSchema>;

const pullSchema = z.object({
  account: z.string(),
  filter: filterSchema.optional(),
  regions: z.record(z.string(), regionSchema),
});
export type HistoryPull = z.infer<typeof pullSchema>;

const fileSchema = z.object({ version: z.literal(1), pulls: z.array(pullSchema) });

/** What a folder holds of LookupEvents: how far it goes, so that the next run goes on there. One process writes it. */
export class HistoryFile {
  readonly #folder: string;
  readonly #pulls: HistoryPull[];
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: string, pulls: HistoryPull[]) {
    this.#folder = folder;
    this.#pulls = pulls;
  }

  /** @throws InputError for a file that another version wrote, or that isn't whole. */
  static async open(folder: string): Promise<HistoryFile> {
    return new HistoryFile(folder, await readPulls(folder));
  }

  /** What is known of an account and filter. */
  async begin(account: string, filter?: HistoryFilter): Promise<HistoryPull> {
    const known = this.#pulls.find((pull) => pull.account === account && sameFilter(pull.filter, filter));
    if (known !== undefined) return known;
    const pull: HistoryPull = { account, ...(filter && { filter }), regions: {} };
    this.#pulls.push(pull);
    await this.#write();
    return pull;
  }

  /** Notes that events are in the log bucket, whole down to a moment. */
  async cover(pull: HistoryPull, region: string, time: CoveredTime, events: number): Promise<void> {
    const known = regionOf(pull, region);
    known.covered = cover(known.covered, time).map(({ ids, ...times }) => ({ ...times, ids: [...ids] }));
    known.events += events;
    await this.#write();
  }

  async settle(pull: HistoryPull, region: string, state: Region['state']): Promise<void> {
    regionOf(pull, region).state = state;
    await this.#write();
  }

  /** One write after the other, each of what is known then. */
  #write(): Promise<void> {
    const written = this.#writing.then(async () => {
      const file = join(this.#folder, NAME);
      await writeFile(`${file}.new`, JSON.stringify({ version: 1, pulls: this.#pulls }));
      await rename(`${file}.new`, file);
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }
}

export function regionOf(pull: HistoryPull, region: string): Region {
  const known = pull.regions[region] ?? { covered: [], events: 0, state: 'open' };
  pull.regions[region] = known;
  return known;
}

function sameFilter(one: HistoryFilter | undefined, other: HistoryFilter | undefined): boolean {
  return one?.key === other?.key && one?.value === other?.value;
}

async function readPulls(folder: string): Promise<HistoryPull[]> {
  const file = join(folder, NAME);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return [];
  try {
    return fileSchema.parse(JSON.parse(text)).pulls;
  } catch (error) {
    throw new InputError(
      `${file} is of another version, or isn't whole. Remove it to ask LookupEvents for everything again: what is in the folder stays, and no event counts twice.`,
      { cause: error },
    );
  }
}

/** What must be said with every answer from a folder that holds events of LookupEvents; nothing for any other. */
export async function historyNotes(folder: string): Promise<readonly string[]> {
  const pulls = await readPulls(folder).catch(() => undefined);
  if (pulls === undefined) return [`What LookupEvents gave is here, but history.json of ${folder} can't be read.`];
  return pulls.map(noteOf);
}

function noteOf({ account, filter, regions }: HistoryPull): string {
  const open = Object.entries(regions).flatMap(([region, { state }]) => (state === 'open' ? [region] : []));
  const only = filter === undefined ? '' : `, only ${filterText(filter)}`;
  const rest =
    open.length === 0 ? '' : ` Not all of it is here yet (${open.join(', ')}): run trailwarden history again.`;
  return (
    `From LookupEvents of account ${account}${timesOf(regions)}${only}: ` +
    `management events alone, no data events, and no digest vouches for them.${rest}`
  );
}

/** The time of which every region that was read to its end has all events, and whether some have more. */
function timesOf(regions: HistoryPull['regions']): string {
  const whole = Object.values(regions).filter(({ state }) => state === 'complete');
  const newest = whole.flatMap(({ covered }) => covered.slice(0, 1));
  const from = newest.map((time) => time.from).toSorted();
  const to = newest.map((time) => time.to).toSorted();
  const [first, last] = [from.at(-1), to[0]];
  if (first === undefined || last === undefined || first > last) return '';
  const isMore = from[0] !== first || to.at(-1) !== last || whole.some(({ covered }) => covered.length > 1);
  const count = counted(newest.length, 'region');
  return `, ${first} to ${last} of ${count}${isMore ? ', of some more' : ''}`;
}

function filterText({ key, value }: HistoryFilter): string {
  return key === 'ReadOnly' ? 'calls that change something' : `those with ${key} ${value}`;
}
