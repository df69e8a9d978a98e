import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Where code that runs or is deployed stands; tests, benches and scripts may use whatever they like. */
const ROOTS = ['bin', 'cli', 'lambda', 'lib', 'library', 'local', 'rules', 'ui'];

export interface SourceFile {
  /** From the project's root, with slashes. */
  readonly path: string;
  /** The files of the project that it imports, also from the root. */
  readonly imports: readonly string[];
}

/** An arrow for each folder that uses another: who, and whom. */
export type Arrows = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads every TypeScript file of the project that runs, with what it imports by a relative path.
 * @param root the project's root
 */
export function readSourceFiles(root: string): readonly SourceFile[] {
  return ROOTS.flatMap((folder) => filesBelow(join(root, folder)))
    .map((file) => ({
      path: slashes(relative(root, file)),
      imports: importsOf(readFileSync(file, 'utf8')).map((target) =>
        slashes(relative(root, join(dirname(file), target))),
      ),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The relative paths that a module imports, types among them: who must know a type depends on the room that says it.
 * TypeScript 7 has no API that parses, so the statements are found by their form, which the formatter keeps uniform.
 */
export function importsOf(text: string): readonly string[] {
  const statements =
    /^(?:import|export)\s[^;]*?from\s+'(\.[^']+)'|^import\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)/gm;
  return [...text.matchAll(statements)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

/** The folder of a file; below `lambda` two names deep, so that each of its rooms is one. */
export function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'lambda' && path.split('/').length > 2 ? `${first}/${second}` : first;
}

export const folderOf = (path: string): string => dirname(path);

/** The arrows between files' rooms or folders, those within one left out. */
export function arrowsBetween(files: readonly SourceFile[], placeOf: (path: string) => string): Arrows {
  const arrows = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const from = placeOf(path);
    const targets = arrows.get(from) ?? new Set();
    arrows.set(from, targets);
    for (const to of imports.map(placeOf)) if (to !== from) targets.add(to);
  }
  return arrows;
}

/**
 * The groups of places that reach each other in a circle, each group and the whole in the order of the alphabet.
 * A group is as large as can be: two circles with a place in common are one.
 */
export function circlesOf(arrows: Arrows): readonly (readonly string[])[] {
  const reached = new Map([...arrows.keys()].map((place) => [place, reachableFrom(place, arrows)]));
  const groups = new Map<string, readonly string[]>();
  for (const [place, others] of reached) {
    if (!others.has(place)) continue;
    const group = [...others].filter((other) => reached.get(other)?.has(place)).toSorted();
    groups.set(group.join(), group);
  }
  return [...groups.values()].toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
}

function reachableFrom(start: string, arrows: Arrows): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [...(arrows.get(start) ?? [])];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    waiting.push(...(arrows.get(place) ?? []));
  }
  return reached;
}

/** The TypeScript files below a folder; none if there is no such folder yet. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => join(parentPath, name));
}

const slashes = (path: string): string => path.replaceAll('\\', '/');
