import { MemoryCorrelationStore } from '../../../lambda/detection/correlation/memory-correlation-store.ts';
import type { Claim, CorrelationStore, GroupKey, GroupView, Member } from '../../../lambda/detection/index.ts';

interface Shared {
  version: number;
  pending: Set<string>;
  due: number | undefined;
  /** The earliest due time of members that a claim may not have seen. */
  waiting: number | undefined;
}

/**
 * A store as functions share one: asynchronous, with versions that make claims fail, and firings that are pending
 * until they are acknowledged. Others may come in between the steps of an append, a reading and a claim. What it keeps
 * it keeps in the memory store.
 */
export class SharedStore implements CorrelationStore {
  readonly #memory = new MemoryCorrelationStore();
  readonly #groups = new Map<string, { key: GroupKey; shared: Shared }>();
  readonly #pause: () => Promise<void>;
  #now = Number.NEGATIVE_INFINITY;
  lost = 0;

  constructor(pause: () => Promise<void> = () => Promise.resolve()) {
    this.#pause = pause;
  }

  setClock(now: number): void {
    this.#now = now;
    this.#memory.setClock(now);
  }

  async append(
    key: GroupKey,
    members: readonly Member[],
    options: Parameters<CorrelationStore['append']>[2],
  ): Promise<GroupView> {
    const { due, around, expiresAt } = options;
    await this.#pause();
    this.#memory.append(key, members, { around, expiresAt });
    await this.#pause();
    const shared = this.#sharedOf(key);
    if (due !== undefined) {
      shared.due = Math.min(due, shared.due ?? due);
      shared.waiting = Math.min(due, shared.waiting ?? due);
    }
    return this.#viewOf(shared, () => this.#memory.look(key, around));
  }

  async look(key: GroupKey, around: Parameters<CorrelationStore['look']>[1]): Promise<GroupView> {
    await this.#pause();
    return this.#viewOf(this.#sharedOf(key), () => this.#memory.look(key, around));
  }

  async read(key: GroupKey, limit: number): Promise<GroupView> {
    await this.#pause();
    return this.#viewOf(this.#sharedOf(key), () => this.#memory.read(key, limit));
  }

  async claim(
    key: GroupKey,
    claim: Claim,
    options: Parameters<CorrelationStore['claim']>[2],
  ): Promise<GroupView | undefined> {
    await this.#pause();
    const shared = this.#sharedOf(key);
    const { around } = options;
    if (claim.version !== shared.version) {
      this.lost += 1;
      return around === undefined ? this.read(key, 1_000) : this.#viewOf(shared, () => this.#memory.look(key, around));
    }
    shared.version += 1;
    if (around === undefined) {
      const kept = shared.due !== undefined && shared.due > this.#now ? shared.due : undefined;
      const times = [claim.due, shared.waiting, kept].filter((time) => time !== undefined);
      shared.due = times.length === 0 ? undefined : Math.min(...times);
      shared.waiting = undefined;
    }
    for (const { id } of claim.firings) shared.pending.add(id);
    this.#memory.claim(key, claim, options);
    return undefined;
  }

  async due(now: number): Promise<readonly GroupKey[]> {
    await this.#pause();
    const isDue = ({ due, pending }: Shared): boolean => pending.size > 0 || (due !== undefined && due <= now);
    return [...this.#groups.values()].filter(({ shared }) => isDue(shared)).map(({ key }) => key);
  }

  async acknowledge(key: GroupKey, firingIds: readonly string[]): Promise<void> {
    await this.#pause();
    for (const id of firingIds) this.#sharedOf(key).pending.delete(id);
  }

  /** The version comes first: what is read after it may hold more than that version, never less. */
  async #viewOf(shared: Shared, read: () => GroupView): Promise<GroupView> {
    const { version, due } = shared;
    await this.#pause();
    const view = read();
    const firings = view.firings.map((firing) => ({ ...firing, pending: shared.pending.has(firing.id) }));
    return { ...view, firings, version, ...(due !== undefined && { due }) };
  }

  #sharedOf(key: GroupKey): Shared {
    const id = `${key.correlation}\n${key.group}`;
    const found = this.#groups.get(id)?.shared ?? {
      version: 0,
      pending: new Set<string>(),
      due: undefined,
      waiting: undefined,
    };
    this.#groups.set(id, { key, shared: found });
    return found;
  }
}
