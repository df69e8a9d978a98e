import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../lambda/cloudtrail/derived-fields.ts';
import {
  createDetector,
  type Detector,
  formatProblem,
  parseRules,
  type RuleMetadata,
} from '../../lambda/detection/index.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';

const RULES = join(import.meta.dirname, '../../rules');

/** A rule of the pack, and where it stands below rules/, without the file's ending. */
export interface PackRule extends RuleMetadata {
  readonly path: string;
}

export interface Pack {
  readonly rules: readonly PackRule[];
  /** A detector that has seen nothing yet. */
  detector(): Detector;
}

/**
 * Reads the default pack.
 * @throws Error with every problem of its rules.
 */
export function readPack(): Pack {
  const sources = readdirSync(RULES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test)\.yml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ file: relative(RULES, path), text: readFileSync(path, 'utf8') }));
  const { ruleSet, problems } = parseRules(sources, { placeholders: packPlaceholders() });
  if (problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'));
  const detector = (): Detector => createDetector(ruleSet, { derive });
  const rules = detector().rules.map((rule) => ({ ...rule, path: rule.file.replace(/\.yml$/, '') }));
  return { rules, detector };
}

/** A record that can't be classified is judged by its own members only. */
function derive(record: object): object {
  const result = readEvent(record, { bucket: '', key: '', version: '', index: 0 });
  return result.ok ? derivedFields(result.event) : {};
}
