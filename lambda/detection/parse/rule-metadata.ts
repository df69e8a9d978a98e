import { nearest } from '../../shared/nearest.ts';
import type { Report } from '../language/problem.ts';
import { LEVELS, type Metadata, STATUSES } from '../language/rule-set.ts';
import { describeNode, entryOf, type YamlMap, type YamlNode } from '../language/yaml-tree.ts';
import { checkKeys, mistyped } from './document-keys.ts';
import { parseOwnKeys } from './own-keys.ts';

/** The metadata of a document. If its id is missing, one is derived from its content. */
export type DraftMetadata = Omit<Metadata, 'id' | 'hash' | 'finding'> & { id: string | undefined };

const MAX_TITLE = 256;

/** Reads a document's metadata. Undefined, with problems, where what is mandatory is missing or a word is unknown. */
export function parseMetadata(document: YamlMap, report: Report): DraftMetadata | undefined {
  const before = report.problems.length;
  const title = textOf(document, 'title', report);
  if (title === undefined && report.problems.length === before) {
    const found = mistyped(document, 'title');
    report.at(found?.keyAt ?? document.at, 'the title is missing', found && `title instead of ${found.key}`);
  }
  if (title !== undefined && title.length > MAX_TITLE) {
    report.at(document.at, `the title is longer than ${MAX_TITLE} characters`);
  }
  report.rule = title;
  checkKeys(document, report);
  checkTaxonomy(document, report);
  const optional = (key: string) => textOf(document, key, report);
  const list = (key: string) => textsOf(document, key, report);
  const metadata: DraftMetadata = {
    id: optional('id'),
    title: title ?? '',
    level: wordOf(document, 'level', LEVELS, report) ?? 'medium',
    tags: list('tags'),
    references: list('references'),
    falsepositives: list('falsepositives'),
    fields: list('fields'),
    file: report.file,
    line: document.at.line,
    ...parseOwnKeys(document, report),
  };
  const status = wordOf(document, 'status', STATUSES, report);
  if (status !== undefined) metadata.status = status;
  const authors = list('author');
  if (authors.length > 0) metadata.author = authors.join(', ');
  for (const key of ['name', 'description', 'license', 'date', 'modified'] as const) {
    const text = optional(key);
    if (text !== undefined) metadata[key] = text;
  }
  return report.problems.length > before ? undefined : metadata;
}

/**
 * Whether the document's sigma-version is 3 or higher. Without one it is the 2 of specification v2.1; only the major
 * number counts.
 */
export function hasBrackets(document: YamlMap, report: Report): boolean {
  const version = entryOf(document, 'sigma-version')?.value;
  if (version === undefined) return false;
  const major = version.kind === 'scalar' ? /^(\d+)(?:\.\d+){0,2}$/.exec(version.text)?.[1] : undefined;
  if (major === undefined || Number(major) < 1) {
    report.at(version.at, `sigma-version must be a version number, not ${describeNode(version)}`);
  }
  return Number(major) >= 3;
}

/** Another taxonomy gives fields other names, which would never be found. */
function checkTaxonomy(document: YamlMap, report: Report): void {
  const taxonomy = entryOf(document, 'taxonomy')?.value;
  if (taxonomy === undefined || isNull(taxonomy)) return;
  const isKnown = taxonomy.kind === 'scalar' && taxonomy.text.toLowerCase() === 'sigma';
  if (!isKnown) report.at(taxonomy.at, `the only taxonomy known is sigma, not ${describeNode(taxonomy)}`);
}

function textOf(document: YamlMap, key: string, report: Report): string | undefined {
  const entry = entryOf(document, key);
  if (entry === undefined || isNull(entry.value)) return undefined;
  if (entry.value.kind !== 'scalar') {
    return report.at(entry.value.at, `${key} must be text, not ${describeNode(entry.value)}`);
  }
  return entry.value.text.trim() === '' ? undefined : entry.value.text;
}

function textsOf(document: YamlMap, key: string, report: Report): string[] {
  const entry = entryOf(document, key);
  if (entry === undefined || isNull(entry.value)) return [];
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const texts: string[] = [];
  for (const item of items) {
    if (item.kind !== 'scalar') report.at(item.at, `${key} must be a list of texts, not of ${describeNode(item)}`);
    else if (item.text !== '') texts.push(item.text);
  }
  return texts;
}

function wordOf<T extends string>(document: YamlMap, key: string, words: readonly T[], report: Report): T | undefined {
  const entry = entryOf(document, key);
  if (entry === undefined || isNull(entry.value)) return undefined;
  const { value } = entry;
  const text = value.kind === 'scalar' ? value.text : '';
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  return report.at(
    value.at,
    `unknown ${key} ${value.kind === 'scalar' ? `'${text}'` : describeNode(value)}: it is one of ${words.join(', ')}`,
    nearest(text, words),
  );
}

function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}
