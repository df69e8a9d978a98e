import { nearest } from '../../shared/nearest.ts';
import type { Report } from '../language/problem.ts';
import { entryOf, type YamlEntry, type YamlMap } from '../language/yaml-tree.ts';

/** Keys that may be left out, and that change what a rule means or how much it weighs where they are there. */
const MEANINGFUL = ['level', 'taxonomy', 'sigma-version'];

/** The key that looks like a missing one; none of the keys that the specification knows looks like another. */
export function mistyped(document: YamlMap, missing: string): YamlEntry | undefined {
  return document.entries.find(({ key }) => nearest(key, [missing]) !== undefined);
}

/** The specification lets authors add keys of their own; one that only looks like one of a rule's is a mistake. */
export function checkKeys(document: YamlMap, report: Report): void {
  const meaningful = entryOf(document, 'correlation') === undefined ? MEANINGFUL : [...MEANINGFUL, 'generate'];
  for (const key of meaningful) {
    if (entryOf(document, key) !== undefined) continue;
    const found = mistyped(document, key);
    if (found !== undefined) report.at(found.keyAt, `unknown key '${found.key}'`, key);
  }
}
