import type { Block } from './block.ts';
import type { TextColumnName } from './block-columns.ts';
import type { EventSummary } from './summary.ts';

/**
 * What events can be asked for by value. Each dimension of a segment has a dictionary. Except `resource`, each is one or
 * two columns of a block, of which an event has a value in one at most.
 */
export const COLUMNS = {
  actor: ['actor'],
  action: ['action'],
  address: ['address', 'sourceIPAddress'],
  credential: ['accessKeyId'],
  error: ['errorCode'],
  account: ['account'],
  region: ['awsRegion'],
  access: ['access'],
  outcome: ['outcome'],
  actorKind: ['actorKind'],
  session: ['session'],
  category: ['category'],
  userAgent: ['userAgent'],
  network: ['network'],
  country: ['country'],
  asn: ['asn'],
} as const satisfies Record<string, readonly TextColumnName[]>;

type ColumnDimension = keyof typeof COLUMNS;

export type Dimension = ColumnDimension | 'resource' | 'eventID';

export const DIMENSIONS: readonly Dimension[] = [...(Object.keys(COLUMNS) as ColumnDimension[]), 'resource', 'eventID'];

/** The values that an event has in a dimension, each once: none, one, or of `resource` several. */
export function valuesOf(summary: EventSummary, dimension: Dimension): readonly string[] {
  switch (dimension) {
    case 'resource':
      return summary.resources.length < 2 ? summary.resources : [...new Set(summary.resources)];
    case 'eventID':
      return [summary.eventID];
    case 'address':
      return present(summary.address ?? summary.sourceIPAddress);
    case 'credential':
      return present(summary.accessKeyId);
    case 'error':
      return present(summary.errorCode);
    case 'region':
      return [summary.awsRegion];
    default:
      return present(summary[dimension]);
  }
}

/**
 * The positions of a block whose events have a value of the dimension that passes the test, in order. The test is asked
 * once a value, not once an event.
 */
export function positionsWith(block: Block, dimension: Dimension, test: (value: string) => boolean): Uint8Array {
  const found = new Uint8Array(block.count);
  if (dimension === 'eventID') {
    for (let position = 0; position < block.count; position++) if (test(block.eventID(position))) found[position] = 1;
    return found;
  }
  if (dimension === 'resource') {
    const { texts, numbers, starts } = block.resources();
    const passes = texts.all().map(test);
    for (let position = 0; position < block.count; position++) {
      for (let at = starts[position] ?? 0; at < (starts[position + 1] ?? 0); at++) {
        if (passes[(numbers[at] ?? 0) - 1]) found[position] = 1;
      }
    }
    return found;
  }
  for (const name of COLUMNS[dimension]) {
    const { texts, numbers } = block.column(name);
    const passes = texts.all().map(test);
    for (let position = 0; position < block.count; position++) {
      const number = numbers[position] ?? 0;
      if (number > 0 && passes[number - 1]) found[position] = 1;
    }
  }
  return found;
}

/** The values of events of a block in a dimension, each value of an event once, without building its summary. */
export function* valuesAt(
  block: Block,
  dimension: Dimension,
  positions: Iterable<number>,
): Generator<readonly [value: string, position: number]> {
  if (dimension === 'eventID') {
    for (const position of positions) yield [block.eventID(position), position];
    return;
  }
  if (dimension === 'resource') {
    const { texts, numbers, starts } = block.resources();
    for (const position of positions) {
      for (const number of new Set(numbers.subarray(starts[position], starts[position + 1]))) {
        const value = texts.at(number);
        if (value !== undefined) yield [value, position];
      }
    }
    return;
  }
  const columns = COLUMNS[dimension].map((name) => block.column(name));
  for (const position of positions) {
    for (const { texts, numbers } of columns) {
      const value = texts.at(numbers[position] ?? 0);
      if (value !== undefined) yield [value, position];
    }
  }
}

function present(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
