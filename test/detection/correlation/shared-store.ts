import { MemoryCorrelationStore } from '../../../lambda/detection/correlation/memory-store.ts';
import type { Claim, CorrelationStore, GroupKey, GroupView, Member } from '../../../lambda/detection/index.ts';

interface Shared {
  version: number;
  pending: Set<string>;
  due: number | undefined;
}

/**
 * A store as functions share one: asynchronous, with versions that make claims fail, and firings that are pending
 * until they are acknowledged. What it keeps it keeps in the memory store.
 */
export class SharedStore implements CorrelationStore {
  readonly #memory = new MemoryCorrelationStore();
  readonly #groups = new Map<string, { key: GroupKey; shared: Shared }>();
  readonly #pause: () => Promise<void>;
  lost = 0;

  constructor(pause: () => Promise<void> = () => Promise.resolve()) {
    this.#pause = pause;
  }

  setClock(now: number): void {
    this.#memory.setClock(now);
  }

  async append(key: GroupKey, member: Member, options: Parameters<CorrelationStore['append']>[2]): Promise<GroupView> {
    await this.#pause();
    const shared = this.#sharedOf(key);
    const { due } = options;
    if (due !== undefined && due < (shared.due ?? Number.POSITIVE_INFINITY)) {
      shared.due = due;
      shared.version += 1;
    }
    const view = this.#viewOf(shared, this.#memory.append(key, member, options));
    await this.#pause();
    return view;
  }

  async read(key: GroupKey, limit: number): Promise<GroupView> {
    await this.#pause();
    return this.#viewOf(this.#sharedOf(key), this.#memory.read(key, limit));
  }

  async claim(
    key: GroupKey,
    claim: Claim,
    options: Parameters<CorrelationStore['claim']>[2],
  ): Promise<GroupView | undefined> {
    await this.#pause();
    const shared = this.#sharedOf(key);
    if (claim.version !== shared.version) {
      this.lost += 1;
      const { around } = options;
      return this.#viewOf(
        shared,
        around === undefined ? this.#memory.read(key, 1_000) : this.#memory.around(key, around),
      );
    }
    shared.version += 1;
    shared.due = claim.due;
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

  #viewOf(shared: Shared, view: GroupView): GroupView {
    const firings = view.firings.map((firing) => ({ ...firing, pending: shared.pending.has(firing.id) }));
    return { ...view, firings, version: shared.version };
  }

  #sharedOf(key: GroupKey): Shared {
    const id = `${key.correlation}\n${key.group}`;
    const found = this.#groups.get(id)?.shared ?? { version: 0, pending: new Set<string>(), due: undefined };
    this.#groups.set(id, { key, shared: found });
    return found;
  }
}
