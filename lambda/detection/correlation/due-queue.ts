interface Entry {
  readonly id: string;
  readonly due: number;
}

/**
 * A queue by due time, the earliest first. It is a heap, so that moving one due time among many costs little. An id may
 * be put in again with another time; the caller knows which one counts.
 */
export class DueQueue {
  readonly #heap: Entry[] = [];

  add(id: string, due: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent];
      if (above === undefined || above.due <= due) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = { id, due };
  }

  /** Takes out the earliest entry that is due at a time; undefined if there is none. */
  take(now: number): Entry | undefined {
    const [first] = this.#heap;
    if (first === undefined || first.due > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  /** Replaces the first entry, and moves the new one down to its place. */
  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.due < left.due) child += 1;
      const below = heap[child];
      if (below === undefined || below.due >= entry.due) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = entry;
  }
}
