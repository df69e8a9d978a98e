/** The result of a path that leads to nothing. JSON null is a value. */
export const ABSENT: unique symbol = Symbol('absent');

/** The values that a path leads to through at least one list; a list at the end of a path is a value like any other. */
class Spread {
  readonly values: unknown[] = [];
}

/** Deeper lists than this are not real data, and would exhaust the stack. */
const MAX_DEPTH = 500;

/**
 * Compiles a path to a function of a record. A key leads into an object and, through a list, into each of its members;
 * where an object has a key that holds dots, the longest that fits is tried before any nested one; a number is a
 * position in a list, from its end where it is negative. Only own properties count.
 */
export function compilePath(path: readonly (string | number)[]): (root: unknown) => unknown {
  const steps = path.map((step, i) => (typeof step === 'number' ? step : keysFrom(path, i)));
  const [only] = path;
  if (path.length === 1 && typeof only === 'string') {
    return (root) => {
      if (!isObject(root)) return follow(root, steps, 0, 0);
      const value = Object.hasOwn(root, only) ? root[only] : undefined;
      return value === undefined ? ABSENT : value;
    };
  }
  return (root) => follow(root, steps, 0, 0);
}

/** The keys to try at one step of a path, longest first, with the step that each leads to. */
type Keys = readonly { key: string; next: number }[];

function keysFrom(path: readonly (string | number)[], from: number): Keys {
  const keys: { key: string; next: number }[] = [];
  let joined = '';
  for (let next = from; next < path.length; next++) {
    const step = path[next];
    if (typeof step !== 'string') break;
    joined = next === from ? step : `${joined}.${step}`;
    keys.unshift({ key: joined, next: next + 1 });
  }
  return keys;
}

function follow(value: unknown, steps: readonly (Keys | number)[], at: number, depth: number): unknown {
  const step = steps[at];
  if (step === undefined) return value === undefined ? ABSENT : value;
  if (typeof step === 'number') {
    const member = Array.isArray(value) ? value.at(step) : undefined;
    return member === undefined ? ABSENT : follow(member, steps, at + 1, depth);
  }
  if (Array.isArray(value)) return spread(value, steps, at, depth);
  if (!isObject(value)) return ABSENT;
  for (const { key, next } of step) {
    if (Object.hasOwn(value, key)) return follow(value[key], steps, next, depth);
  }
  return ABSENT;
}

function spread(list: readonly unknown[], steps: readonly (Keys | number)[], at: number, depth: number): unknown {
  if (depth > MAX_DEPTH) return ABSENT;
  const found = new Spread();
  for (const member of list) {
    const value = follow(member, steps, at, depth + 1);
    if (value instanceof Spread) {
      // One by one: a list from a record may be longer than a call can take arguments.
      for (const inner of value.values) found.values.push(inner);
    } else if (value !== ABSENT) found.values.push(value);
  }
  return found.values.length === 0 ? ABSENT : found;
}

/** The values to compare: what was found with every list in it replaced by its members, however deep. */
export function flatten(found: unknown): unknown[] {
  if (found === ABSENT) return [];
  const flat: unknown[] = [];
  pushFlat(found instanceof Spread ? found.values : [found], flat, 0);
  return flat;
}

function pushFlat(values: readonly unknown[], flat: unknown[], depth: number): void {
  for (const value of values) {
    if (!Array.isArray(value)) flat.push(value);
    else if (depth < MAX_DEPTH) pushFlat(value, flat, depth + 1);
  }
}

/** The members that a quantifier counts: a list's members; anything but null is a list of one. */
export function membersOf(found: unknown): unknown[] {
  if (found === ABSENT || found === null) return [];
  if (found instanceof Spread) return found.values.flatMap((value) => membersOf(value));
  return Array.isArray(found) ? found : [found];
}

/** Every scalar in a record, with the path that leads to it. Nesting beyond a bound is left out. */
export function* scalarsOf(value: unknown, path = '', depth = 0): Generator<{ path: string; value: unknown }> {
  if (Array.isArray(value)) {
    if (depth > MAX_DEPTH) return;
    for (const [i, member] of value.entries()) yield* scalarsOf(member, `${path}[${i}]`, depth + 1);
  } else if (isObject(value)) {
    if (depth > MAX_DEPTH) return;
    for (const key of Object.keys(value)) yield* scalarsOf(value[key], path === '' ? key : `${path}.${key}`, depth + 1);
  } else if (value !== undefined) {
    yield { path, value };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
