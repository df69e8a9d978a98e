import type { RuleProblem } from '../../../../lambda/detection/index.ts';
import { type Position, Report, type RuleSource } from '../../../../lambda/detection/language/problem.ts';
import { entryOf, readYaml, type YamlMap, type YamlNode } from '../../../../lambda/detection/language/yaml-tree.ts';
import { nearest } from '../../../../lambda/shared/nearest.ts';
import { DERIVED_FIELDS, type Known, RECORD_FIELDS } from './known-fields.ts';
import { KNOWN_SERVICES } from './known-services.ts';

/** What is odd about the words of a rule that is otherwise right. */
export interface WordProblem extends RuleProblem {
  /** `error` for a word of a closed list: the rule can never match. `warning` for one that AWS may know. */
  readonly severity: 'error' | 'warning';
  /** Where the rule begins, from 1: its metadata names the same line. */
  readonly ruleLine: number;
}

/**
 * Looks the fields, services and closed values of the rules for CloudTrail up. Texts that aren't valid YAML, and rules
 * for other log sources, are passed over.
 */
export function checkWords(source: Required<RuleSource>): readonly WordProblem[] {
  return readYaml(source.text, new Report(source.file)).flatMap((document) =>
    document.kind === 'map' && isForCloudTrail(document) ? new DocumentWords(source.file, document).check() : [],
  );
}

function isForCloudTrail(document: YamlMap): boolean {
  const logsource = entryOf(document, 'logsource')?.value;
  if (logsource?.kind !== 'map') return true;
  const isOr = (key: string, wanted: string): boolean => {
    const value = entryOf(logsource, key)?.value;
    return value?.kind !== 'scalar' || value.text.toLowerCase() === wanted;
  };
  return isOr('product', 'aws') && isOr('service', 'cloudtrail');
}

/** A field taken apart: what may stand below it, and how it is called. */
interface Place {
  readonly known: Known | readonly string[] | undefined;
  readonly name: string;
}

const RECORD: Place = { known: RECORD_FIELDS, name: '' };

class DocumentWords {
  readonly #problems: WordProblem[] = [];
  readonly #file: string;
  readonly #document: YamlMap;

  constructor(file: string, document: YamlMap) {
    this.#file = file;
    this.#document = document;
  }

  check(): readonly WordProblem[] {
    for (const key of ['detection', 'filter']) {
      const section = entryOf(this.#document, key)?.value;
      if (section?.kind === 'map') this.#detection(section, RECORD);
    }
    this.#names(entryOf(this.#document, 'fields')?.value);
    const correlation = entryOf(this.#document, 'correlation')?.value;
    if (correlation?.kind === 'map') this.#correlation(correlation);
    return this.#problems;
  }

  #correlation(correlation: YamlMap): void {
    const aliases = entryOf(correlation, 'aliases')?.value;
    const own = new Set(aliases?.kind === 'map' ? aliases.entries.map(({ key }) => key) : []);
    this.#names(entryOf(correlation, 'group-by')?.value, own);
    const condition = entryOf(correlation, 'condition')?.value;
    if (condition?.kind === 'map') this.#names(entryOf(condition, 'field')?.value, own);
  }

  /** Field names that stand as values. */
  #names(node: YamlNode | undefined, own: ReadonlySet<string> = new Set()): void {
    for (const { text, at } of scalars(node)) if (!own.has(text)) this.#place(text, at, RECORD);
  }

  #detection(map: YamlMap, place: Place): void {
    for (const { key, value } of map.entries) {
      if (key !== 'condition' && key !== 'rules') this.#selection(value, place);
    }
  }

  #selection(node: YamlNode, place: Place): void {
    if (node.kind === 'list') for (const item of node.items) this.#selection(item, place);
    if (node.kind !== 'map') return;
    for (const { key, keyAt, value } of node.entries) {
      const [name = '', ...modifiers] = key.split('|');
      if (name === '' || name === '.') continue;
      const found = this.#place(name, keyAt, place);
      if (found === undefined) continue;
      if (value.kind === 'map' && entryOf(value, 'condition') !== undefined) this.#detection(value, found);
      else if (holdsMap(value)) this.#selection(value, found);
      else if (modifiers.every((modifier) => ['all', 'cased', 'neq'].includes(modifier))) this.#values(value, found);
    }
  }

  #values(node: YamlNode, { known, name }: Place): void {
    for (const { text, value, at } of scalars(node)) {
      if (value === null || /[*?]/.test(text)) continue;
      if (isList(known) && !known.includes(text.toLowerCase())) {
        this.#report('error', at, `${name} is never '${text}': it is one of ${known.join(', ')}`, nearest(text, known));
      }
      if (name === 'eventSource') this.#service(text, at);
    }
  }

  #service(text: string, at: Position): void {
    if (text === 'trailwarden') return;
    const service = /^(.+)\.amazonaws\.com(\.cn)?$/i.exec(text)?.[1]?.toLowerCase();
    if (service !== undefined && KNOWN_SERVICES.includes(service)) return;
    const meant = nearest(
      text,
      KNOWN_SERVICES.map((name) => `${name}.amazonaws.com`),
    );
    const bare = KNOWN_SERVICES.includes(text.toLowerCase()) ? `${text.toLowerCase()}.amazonaws.com` : undefined;
    this.#report('warning', at, `no service is known that writes '${text}' as its eventSource`, bare ?? meant);
  }

  /** The place that a dotted name leads to; undefined below a name that isn't known. */
  #place(written: string, at: Position, from: Place): Place | undefined {
    const isDerived = from === RECORD && /^trailwarden(\.|$)/.test(written);
    let known: Place['known'] = from === RECORD && isDerived ? { trailwarden: DERIVED_FIELDS } : from.known;
    let name = from.name;
    for (const segment of written.replaceAll(/\[[^\]]*\]/g, '').split('.')) {
      if (segment === '' || /^\d+$/.test(segment)) continue;
      if (known === undefined) return { known, name: `${name}.${segment}` };
      const within = name === '' ? '' : `${name}.`;
      const below: Known = isList(known) ? {} : known;
      if (!Object.hasOwn(below, segment)) {
        const names = Object.keys(below);
        const meant = nearest(segment, within === '' ? [...names, 'trailwarden'] : names);
        const isClosed = name.startsWith('trailwarden');
        const what = isClosed ? 'there is no field' : 'CloudTrail is not known to write a field';
        this.#report(
          isClosed ? 'error' : 'warning',
          at,
          `${what} ${within}${segment}`,
          meant === undefined ? undefined : `${within}${meant}`,
        );
        return undefined;
      }
      known = below[segment];
      name = `${within}${segment}`;
    }
    return { known, name };
  }

  #report(severity: WordProblem['severity'], at: Position, message: string, suggestion: string | undefined): void {
    const title = entryOf(this.#document, 'title')?.value;
    this.#problems.push({
      severity,
      file: this.#file,
      line: at.line,
      column: at.column,
      ...(title?.kind === 'scalar' && { rule: title.text }),
      message,
      ...(suggestion !== undefined && { suggestion }),
      ruleLine: this.#document.at.line,
    });
  }
}

function isList(known: Known | readonly string[] | undefined): known is readonly string[] {
  return Array.isArray(known);
}

function scalars(node: YamlNode | undefined): readonly Extract<YamlNode, { kind: 'scalar' }>[] {
  if (node === undefined || node.kind === 'map') return [];
  return node.kind === 'scalar' ? [node] : node.items.flatMap((item) => (item.kind === 'scalar' ? [item] : []));
}

function holdsMap(node: YamlNode): boolean {
  return node.kind === 'map' || (node.kind === 'list' && node.items.some((item) => item.kind !== 'scalar'));
}
