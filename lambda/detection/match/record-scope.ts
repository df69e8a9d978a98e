import { LazyFields } from '../../shared/lazy-fields.ts';
import type { Field } from '../language/rule-set.ts';
import { fold } from './match-text.ts';
import { ABSENT, compilePath, flatten, scalarsOf } from './resolve-path.ts';
import { textOf } from './text-of.ts';

/** The namespace of a record's classification. */
const DERIVED = 'trailwarden';

/** Whether a field of a record belongs to its classification. */
export function isDerived({ path }: Field): boolean {
  return path[0] === DERIVED && path.length > 1;
}

/** The paths that the rules of one scope read, each listed once. */
export class Paths {
  readonly resolvers: ((root: unknown) => unknown)[] = [];
  readonly derived: boolean[] = [];
  readonly #ids = new Map<string, number>();
  readonly #idsOfFields = new WeakMap<Field, number>();
  readonly #tests = new Map<string, number>();
  readonly #hasDerived: boolean;

  /** `hasDerived`: the scope is the whole record, which has a classification; members of a list have none. */
  constructor(hasDerived: boolean) {
    this.#hasDerived = hasDerived;
  }

  /** A number for the path; the same for the same path. */
  intern(field: Field): number {
    const known = this.#idsOfFields.get(field);
    if (known !== undefined) return known;
    const id = this.#intern(field);
    this.#idsOfFields.set(field, id);
    return id;
  }

  #intern(field: Field): number {
    const { path } = field;
    const key = JSON.stringify(path);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.resolvers.length;
    const derived = this.#hasDerived && isDerived(field);
    this.resolvers.push(derived ? compileDerived(path.slice(1)) : compilePath(path));
    this.derived.push(derived);
    this.#ids.set(key, id);
    return id;
  }

  /** A number for a test that several rules make; the same for the same text of it. */
  internTest(text: string): number {
    const id = this.#tests.get(text) ?? this.#tests.size;
    this.#tests.set(text, id);
    return id;
  }

  /** Whether a path leads into the record's classification. */
  isDerived(id: number): boolean {
    return this.derived[id] === true;
  }
}

/** A path into a classification, of which no more is made than the path asks for. */
function compileDerived(path: Field['path']): (root: unknown) => unknown {
  const resolve = compilePath(path);
  const [name] = path;
  return (root) =>
    root instanceof LazyFields && typeof name === 'string' ? resolve({ [name]: root.field(name) }) : resolve(root);
}

/** The texts of a field: one, several, or none at all. */
export type Texts = string | readonly string[] | undefined;

/** A record, or a member of a list, as rules read it: each path is followed and each text is folded at most once. */
export class Scope {
  readonly #paths: Paths;
  #root: unknown;
  #derive: () => unknown = () => undefined;
  #derived: unknown;
  #keywords: string[] | undefined;
  #foldedKeywords: string[] | undefined;
  // A generation instead of clearing: with thousands of paths, clearing would cost more than a record's rules.
  #generation = 0;
  readonly #found: unknown[] = [];
  readonly #foundAt: number[] = [];
  readonly #texts: Texts[] = [];
  readonly #textsAt: number[] = [];
  readonly #folded: Texts[] = [];
  readonly #foldedAt: number[] = [];
  readonly #verdicts: boolean[] = [];
  readonly #verdictsAt: number[] = [];

  constructor(paths: Paths) {
    this.#paths = paths;
    this.grow();
  }

  /** Makes room for paths that were added since. */
  grow(): void {
    for (let id = this.#found.length; id < this.#paths.resolvers.length; id++) {
      this.#found.push(undefined);
      this.#texts.push(undefined);
      this.#folded.push(undefined);
      this.#foundAt.push(0);
      this.#textsAt.push(0);
      this.#foldedAt.push(0);
    }
  }

  /** Switches to another record. `derive` is called at most once, and only if a rule asks for it. */
  enter(root: unknown, derive?: () => unknown): this {
    this.#generation += 1;
    this.#root = root;
    this.#derive = derive ?? (() => undefined);
    this.#derived = ABSENT;
    this.#keywords = undefined;
    this.#foldedKeywords = undefined;
    return this;
  }

  get root(): unknown {
    return this.#root;
  }

  /** What the path leads to, unchanged: see `compilePath`. */
  find(id: number): unknown {
    if (this.#foundAt[id] !== this.#generation) {
      this.#foundAt[id] = this.#generation;
      const root = this.#paths.derived[id] === true ? this.#classification() : this.#root;
      this.#found[id] = this.#paths.resolvers[id]?.(root);
    }
    return this.#found[id];
  }

  /** The values at the path, with lists replaced by their members. */
  values(id: number): unknown[] {
    return flatten(this.find(id));
  }

  /** The texts of the values at the path, as they are. */
  texts(id: number): Texts {
    if (this.#textsAt[id] !== this.#generation) {
      this.#textsAt[id] = this.#generation;
      this.#texts[id] = textsOf(this.find(id));
    }
    return this.#texts[id];
  }

  /** The texts of the values at the path, for comparing without case. */
  folded(id: number): Texts {
    if (this.#foldedAt[id] !== this.#generation) {
      this.#foldedAt[id] = this.#generation;
      const texts = this.texts(id);
      this.#folded[id] = typeof texts === 'string' ? fold(texts) : texts?.map(fold);
    }
    return this.#folded[id];
  }

  /** What a test says of the record, which is made at most once. @param id of `internTest`. */
  verdict(id: number, test: (scope: Scope) => boolean): boolean {
    if (this.#verdictsAt[id] !== this.#generation) {
      this.#verdicts[id] = test(this);
      this.#verdictsAt[id] = this.#generation;
    }
    return this.#verdicts[id] === true;
  }

  /** The texts of all scalars of the record, in which keywords are searched. */
  keywords(cased: boolean): readonly string[] {
    this.#keywords ??= [...scalarsOf(this.#root)].flatMap(({ value }) => textOf(value) ?? []);
    if (cased) return this.#keywords;
    this.#foldedKeywords ??= this.#keywords.map(fold);
    return this.#foldedKeywords;
  }

  #classification(): unknown {
    if (this.#derived === ABSENT) this.#derived = this.#derive();
    return this.#derived;
  }
}

function textsOf(found: unknown): Texts {
  if (typeof found === 'string') return found;
  if (found === ABSENT || found === null) return undefined;
  const texts = flatten(found).flatMap((value) => textOf(value) ?? []);
  return texts.length > 1 ? texts : texts[0];
}
