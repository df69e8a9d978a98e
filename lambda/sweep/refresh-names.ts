import type { Names } from '../directory/names.ts';
import { type FetchedNames, NAME_ORIGINS, type NameOrigin, type NamesObject } from '../directory/names-object.ts';
import type { ChoreOutcome } from './sweep.ts';

/** Names of one origin, fetched a call at a time: a large organization takes several runs of sweep. */
export interface NamesFetch {
  /** One call. @throws the SDK's errors. */
  step(): Promise<'more' | 'done'>;
  /** All that was fetched so far; whole once a step was `done`. */
  readonly names: Names;
}

export interface RefreshNamesDependencies {
  readonly object: Pick<NamesObject, 'read' | 'write'>;
  /** Begins to fetch, by origin; only those that the settings name. */
  readonly origins: Readonly<Partial<Record<NameOrigin, () => NamesFetch>>>;
  readonly now: () => Date;
  /** Called for an origin that could not be fetched, and for what is kept. */
  readonly onFailure: (what: string, error: unknown) => void;
}

const HOUR = 60 * 60_000;
const REFRESH_AFTER = 24 * HOUR;
const TRY_AGAIN_AFTER = HOUR;

/**
 * Keeps names up to date: fetches each origin once a day, over as many runs as that takes, and again after an hour where
 * it failed. Readers see an origin's names once all of them are there, and those of the day before until then. An origin
 * that fails stops no other. A function that dies begins an origin again.
 */
export class RefreshNames {
  readonly #dependencies: RefreshNamesDependencies;
  readonly #begun = new Map<NameOrigin, NamesFetch>();
  readonly #dueAt = new Map<NameOrigin, number>();
  #kept: FetchedNames | undefined;

  constructor(dependencies: RefreshNamesDependencies) {
    this.#dependencies = dependencies;
  }

  /** Does what is due. @returns how many origins were refreshed, and failed. */
  async run(mustStop: () => boolean): Promise<ChoreOutcome> {
    const { object, origins, now, onFailure } = this.#dependencies;
    const time = now().getTime();
    const due = NAME_ORIGINS.filter((name) => origins[name] && time >= (this.#dueAt.get(name) ?? 0));
    let done = 0;
    let failed = 0;
    for (const name of due) {
      if (mustStop()) break;
      try {
        // What another instance of the function has fetched meanwhile isn't fetched again.
        this.#kept ??= await object.read();
        const age = time - Date.parse(this.#kept[name]?.at ?? '');
        if (age < REFRESH_AFTER && !this.#begun.has(name)) {
          this.#dueAt.set(name, time + REFRESH_AFTER - age);
          continue;
        }
        const names = await this.#fetch(name, mustStop);
        if (names === undefined) continue;
        const kept: FetchedNames = { ...(await object.read()), [name]: { at: now().toISOString(), names } };
        await object.write(kept);
        this.#kept = kept;
        this.#dueAt.set(name, time + REFRESH_AFTER);
        done++;
      } catch (error) {
        failed++;
        this.#begun.delete(name);
        this.#dueAt.set(name, time + TRY_AGAIN_AFTER);
        onFailure(name, error);
      }
    }
    return { done, failed };
  }

  /** @returns all names of an origin; undefined where the rest waits for the next run. */
  async #fetch(name: NameOrigin, mustStop: () => boolean): Promise<Names | undefined> {
    const fetch = this.#begun.get(name) ?? this.#dependencies.origins[name]?.();
    if (fetch === undefined) return undefined;
    this.#begun.set(name, fetch);
    while (!mustStop()) {
      if ((await fetch.step()) === 'more') continue;
      this.#begun.delete(name);
      return fetch.names;
    }
    return undefined;
  }
}
