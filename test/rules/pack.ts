import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../lambda/cloudtrail/derived-fields.ts';
import {
  createDetector,
  type Detector,
  parseRules,
  type RuleOptions,
  type RuleSource,
} from '../../lambda/detection/index.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';

export const PACK = join(__dirname, '../../rules');

export function packFiles(ending: RegExp): string[] {
  return readdirSync(PACK, { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(PACK, name))
    .sort();
}

export function packSources(): RuleSource[] {
  const paths = packFiles(/(?<!\.test)\.yml$/);
  return paths.map((path) => ({ file: relative(PACK, path), text: readFileSync(path, 'utf8') }));
}

export function parsePack(options: RuleOptions = {}, more: readonly RuleSource[] = []) {
  return parseRules([...packSources(), ...more], { placeholders: packPlaceholders(), ...options });
}

export function derive(record: object): object {
  const result = readEvent(record, { bucket: 'logs', key: 'key', version: 'v1', index: 0 });
  if (!result.ok) throw new Error(result.reason);
  return derivedFields(result.event);
}

export function packDetector(): Detector {
  return createDetector(parsePack().ruleSet, { derive });
}
