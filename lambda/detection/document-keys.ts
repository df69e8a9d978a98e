import { nearest } from './nearest.ts';
import type { Report } from './problem.ts';
import { entryOf, type YamlEntry, type YamlMap } from './yaml-tree.ts';

/** The keys of a document (Sigma rules, correlation rules and filters specifications, v2.1); others are the author's. */
const KEYS: readonly string[] = [
  'title',
  'id',
  'related',
  'name',
  'taxonomy',
  'status',
  'description',
  'license',
  'references',
  'author',
  'date',
  'modified',
  'tags',
  'logsource',
  'detection',
  'correlation',
  'filter',
  'fields',
  'falsepositives',
  'level',
  'scope',
  'generate',
  'sigma-version',
];

/** Keys that may be left out, and that change what a rule means or how much it weighs where they are there. */
const MEANINGFUL = ['level', 'taxonomy', 'sigma-version'];

/** The key that stands in the place of a missing one: like it, and none of a rule's own. */
export function mistyped(document: YamlMap, missing: string): YamlEntry | undefined {
  return document.entries.find(({ key }) => !KEYS.includes(key) && nearest(key, [missing]) !== undefined);
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
