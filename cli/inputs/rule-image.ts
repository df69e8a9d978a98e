import { hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ParsedRules } from '../../lambda/detection/index.ts';

/** Images that are kept; beyond them the one goes that was used longest ago. */
const MAX_IMAGES = 8;

const SUFFIX = '.rules';

/** Hex digits of SHA-256 before an image's content. */
const DIGITS = 64;

/** Where the code that makes rules of text is. */
const ROOT = join(import.meta.dirname, '../..');
const PARSER = ['lambda/detection', 'lambda/shared'];

/**
 * Rules that were parsed, checked and normalised, kept in a folder for the next time. An image belongs to the content that
 * it was made from, to this version of the program, and to this Node; one that is missing, damaged or can't be written is
 * made again without a word.
 */
export class RuleImages {
  readonly #folder: string;
  readonly #later: (write: () => void) => void;

  /** @param later says when an image is written; by default before its rules are returned. */
  constructor(folder: string, later: (write: () => void) => void = (write) => write()) {
    this.#folder = folder;
    this.#later = later;
  }

  /** @param sources all that the rules depend on, as JSON. */
  async load(sources: unknown, parse: () => Promise<ParsedRules>): Promise<ParsedRules> {
    const file = join(this.#folder, `${keyOf(sources)}${SUFFIX}`);
    const known = readImage(file);
    if (known !== undefined) return known;
    const parsed = await parse();
    this.#later(() => this.#write(file, parsed));
    return parsed;
  }

  #write(file: string, parsed: ParsedRules): void {
    try {
      const content = serialize(parsed);
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const part = `${file}.${process.pid}`;
      writeFileSync(part, Buffer.concat([Buffer.from(hash('sha256', content, 'hex')), content]), { mode: 0o600 });
      // Nobody ever reads half of an image.
      renameSync(part, file);
      this.#prune();
    } catch {
      // A full or read-only disk costs the time of parsing, and nothing else.
    }
  }

  #prune(): void {
    const images = readdirSync(this.#folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => ({ file: join(this.#folder, name), used: statSync(join(this.#folder, name)).mtimeMs }))
      .sort((a, b) => b.used - a.used);
    for (const { file } of images.slice(MAX_IMAGES)) rmSync(file, { force: true });
  }
}

function readImage(file: string): ParsedRules | undefined {
  try {
    const image = readFileSync(file);
    const content = image.subarray(DIGITS);
    if (hash('sha256', content, 'hex') !== image.toString('latin1', 0, DIGITS)) return undefined;
    const now = new Date();
    utimesSync(file, now, now);
    return deserialize(content);
  } catch {
    return undefined;
  }
}

function keyOf(sources: unknown): string {
  return hash('sha256', JSON.stringify([process.version, ourVersion(), sources]), 'hex');
}

/** Our version, with those of our dependencies, and the parser's code: in a checkout that changes without the version. */
function ourVersion(): readonly string[] {
  const code = PARSER.flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort(),
  );
  const manifests = [join(ROOT, 'package.json'), join(ROOT, '../package.json')].filter((file) => existsSync(file));
  return [...manifests, ...code].map((file) => hash('sha256', readFileSync(file), 'hex'));
}
