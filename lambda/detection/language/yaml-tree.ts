import { Composer, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';
import type { Position, Report } from './problem.ts';

/** A scalar with the text it was written as: `012345678901` is an account id, not the number 12345678901. */
export interface YamlScalar {
  kind: 'scalar';
  value: string | number | boolean | null;
  text: string;
  at: Position;
}

interface YamlList {
  kind: 'list';
  items: YamlNode[];
  at: Position;
}

export interface YamlEntry {
  key: string;
  keyAt: Position;
  value: YamlNode;
}

export interface YamlMap {
  kind: 'map';
  entries: YamlEntry[];
  at: Position;
}

/** A YAML value with its position; aliases and merge keys are already resolved. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

/**
 * Nodes at most. Aliases multiply: a document of a few lines can name billions of nodes. No rule comes near this bound.
 */
const MAX_NODES = 100_000;

/** Faults of one document that are reported: the first one is often the reason for all others. */
const MAX_FAULTS = 5;

/** Reads the documents of a text. Empty documents are left out; a broken one is reported and left out. */
export function readYaml(text: string, report: Report): YamlNode[] {
  const lineCounter = new LineCounter();
  const withoutMark = text.startsWith('\ufeff') ? text.slice(1) : text;
  const documents = parseDocuments(withoutMark, lineCounter, report);
  const trees: YamlNode[] = [];
  for (const document of documents) {
    const faults = [...document.errors, ...document.warnings];
    for (const fault of faults.slice(0, MAX_FAULTS)) {
      // The parser is recursive, and its own message is about the stack.
      const message = /call stack|stack overflow/i.test(fault.message) ? 'nested too deeply' : fault.message;
      report.at(positionAt(lineCounter, fault.pos[0]), `not valid YAML: ${message}`);
    }
    if (faults.length > 0 || document.contents === null) continue;
    const before = report.problems.length;
    const tree = new TreeReader(document, lineCounter, report).read(document.contents);
    if (tree !== undefined && report.problems.length === before && !(tree.kind === 'scalar' && tree.value === null))
      trees.push(tree);
  }
  return trees;
}

/**
 * One document after the other: of a file of many rules, what all of them are parsed to would fill the memory. The parser
 * reports most cases of too deep nesting as a fault of the document, and throws for the others: it can't go on then.
 */
function* parseDocuments(text: string, lineCounter: LineCounter, report: Report): Generator<Document> {
  const tokens = new Parser(lineCounter.addNewLine).parse(text);
  const documents = new Composer({ lineCounter, merge: true, logLevel: 'silent', prettyErrors: false }).compose(tokens);
  for (;;) {
    let next: IteratorResult<Document>;
    try {
      next = documents.next();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      report.at(positionAt(lineCounter, 0), 'not valid YAML: nested too deeply');
      return;
    }
    if (next.done) return;
    yield next.value;
  }
}

/** The value of a key, or undefined if the map doesn't have it. */
export function entryOf(map: YamlMap, key: string): YamlEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

/** The kind of a node, for messages. */
export function describeNode(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  return `${typeof node.value === 'string' ? 'the text' : `the ${typeof node.value}`} '${node.text}'`;
}

function positionAt(lineCounter: LineCounter, offset: number): Position {
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

class TreeReader {
  #nodes = 0;
  readonly #open = new Set<Node>();
  readonly #document: Document;
  readonly #lineCounter: LineCounter;
  readonly #report: Report;

  constructor(document: Document, lineCounter: LineCounter, report: Report) {
    this.#document = document;
    this.#lineCounter = lineCounter;
    this.#report = report;
  }

  /** The tree below a node, or undefined (and a problem) if it cannot be read. */
  read(node: Node): YamlNode | undefined {
    const at = this.#positionOf(node);
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1) this.#report.at(at, `the document names more than ${MAX_NODES} values`);
      return undefined;
    }
    if (this.#open.has(node)) return this.#report.at(at, 'an alias refers to a value that holds it');
    this.#open.add(node);
    const tree = this.#readOpen(node, at);
    this.#open.delete(node);
    return tree;
  }

  #readOpen(node: Node, at: Position): YamlNode | undefined {
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) return this.#report.at(at, `the alias '*${node.source}' refers to no anchor`);
      return this.read(target);
    }
    if (isScalar(node)) return this.#readScalar(node.value, node.source, at);
    if (isSeq(node)) {
      const items = node.items.map((item) => (isNode(item) ? this.read(item) : undefined));
      return items.every((item) => item !== undefined) ? { kind: 'list', items, at } : undefined;
    }
    if (isMap(node)) return this.#readMap(node, at);
    return this.#report.at(at, 'neither a scalar, a list nor a map');
  }

  #readScalar(value: unknown, source: string | undefined, at: Position): YamlNode | undefined {
    if (value === null) return { kind: 'scalar', value, text: '', at };
    if (typeof value === 'string') return { kind: 'scalar', value, text: value, at };
    if (typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, text: source ?? String(value), at };
    }
    return this.#report.at(at, 'a value of a kind that rules do not have');
  }

  #readMap(node: Extract<Node, { items: unknown[] }>, at: Position): YamlMap | undefined {
    const own: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    let whole = true;
    for (const item of node.items) {
      const key = typeof item === 'object' && item !== null && 'key' in item ? item.key : undefined;
      const value = typeof item === 'object' && item !== null && 'value' in item ? item.value : undefined;
      if (!isScalar(key)) {
        this.#report.at(at, 'a key that is not plain text');
        whole = false;
        continue;
      }
      const keyAt = this.#positionOf(key);
      const tree = isNode(value) ? this.read(value) : this.#readScalar(null, undefined, keyAt);
      if (tree === undefined) whole = false;
      else if (key.source === '<<' && key.type === 'PLAIN') merged.push(...this.#mergedEntries(tree));
      else own.push({ key: typeof key.value === 'string' ? key.value : (key.source ?? ''), keyAt, value: tree });
    }
    if (!whole) return undefined;
    for (const entry of merged) if (!own.some(({ key }) => key === entry.key)) own.push(entry);
    return { kind: 'map', entries: own, at };
  }

  #mergedEntries(tree: YamlNode): YamlEntry[] {
    if (tree.kind === 'map') return tree.entries;
    if (tree.kind === 'list') return tree.items.flatMap((item) => this.#mergedEntries(item));
    this.#report.at(tree.at, 'only maps can be merged with <<');
    return [];
  }

  #positionOf(node: Node): Position {
    return positionAt(this.#lineCounter, node.range?.[0] ?? 0);
  }
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}
