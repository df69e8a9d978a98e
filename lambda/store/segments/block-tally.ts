import type { BlockWriter } from './block.ts';
import { COLUMNS, type Dimension } from './dimensions.ts';

/** A value of a block: how many of its events have it, and the seconds since 1970 of the first and of the last of them. */
export type TakeTally = (value: string, count: number, first: number, last: number) => void;

/**
 * Counts the values of a dimension in a block whose events were added in order, each once an event. A dictionary takes
 * them once a block, and not once an event. Not of `eventID`.
 */
export function tallyBlock(block: BlockWriter, dimension: Exclude<Dimension, 'eventID'>, take: TakeTally): void {
  if (dimension === 'resource') {
    tallyResources(block, take);
    return;
  }
  const names = COLUMNS[dimension];
  for (const [index, name] of names.entries()) {
    const column = block.column(name);
    const before = index === 0 ? undefined : names[0];
    const tally = new Tally(column.valueCount);
    // An event has the value of the second column only where it has none of the first.
    const hidden = before === undefined ? undefined : block.column(before).rows;
    for (let row = 0; row < block.count; row++) {
      const number = column.rows[row] ?? 0;
      if (number > 0 && !hidden?.[row]) tally.add(number, block.times[row] ?? 0);
    }
    tally.give(column.values, take);
  }
}

function tallyResources(block: BlockWriter, take: TakeTally): void {
  const { lengths, members, values, valueCount } = block.resources;
  const tally = new Tally(valueCount);
  let start = 0;
  for (let row = 0; row < block.count; row++) {
    const end = start + (lengths[row] ?? 0);
    for (let at = start; at < end; at++) {
      const number = members[at] ?? 0;
      if (members.indexOf(number, start) === at) tally.add(number, block.times[row] ?? 0);
    }
    start = end;
  }
  tally.give(values, take);
}

class Tally {
  readonly #counts: Uint32Array;
  readonly #first: Float64Array;
  readonly #last: Float64Array;

  constructor(values: number) {
    this.#counts = new Uint32Array(values + 1);
    this.#first = new Float64Array(values + 1);
    this.#last = new Float64Array(values + 1);
  }

  add(number: number, seconds: number): void {
    const count = this.#counts[number] ?? 0;
    if (count === 0) this.#first[number] = seconds;
    this.#last[number] = seconds;
    this.#counts[number] = count + 1;
  }

  give(values: Iterable<string>, take: TakeTally): void {
    let number = 0;
    for (const value of values) {
      number++;
      const count = this.#counts[number] ?? 0;
      if (count > 0) take(value, count, this.#first[number] ?? 0, this.#last[number] ?? 0);
    }
  }
}
