import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { nearest } from '../../lambda/shared/nearest.ts';
import { configSchema, type DeploymentConfig, type DeploymentSettings } from './config.ts';

/** The settings file, relative to the project's root, if no file is named. */
const DEFAULT_CONFIG_FILE = 'trailwarden.yaml';

/** The settings can't be used: one line a problem, each with file, line, column, the setting's path and what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.join('\n')}`);
    this.problems = problems;
  }
}

/**
 * The settings of `file`, or of trailwarden.yaml in `projectRoot`, or the defaults where that doesn't exist.
 * Relative paths are taken from `projectRoot`; rule folders and files of networks come back absolute, read from the file's own
 * folder.
 * @throws ConfigError for a named file that doesn't exist, and for problems of the content, all of them at once.
 */
export function readConfig(projectRoot: string, file?: string): DeploymentConfig {
  const path = resolve(projectRoot, file ?? DEFAULT_CONFIG_FILE);
  if (!existsSync(path)) {
    if (file !== undefined) {
      throw new ConfigError([`${file}: no such file; name an existing one with -c config=FILE`]);
    }
    return configSchema.parse({});
  }
  const config = parseConfig(readFileSync(path, 'utf8'), file ?? DEFAULT_CONFIG_FILE);
  const beside = (named: string): string => resolve(dirname(path), named);
  const { rules, networks, names } = config;
  return {
    ...config,
    rules: { ...rules, folders: rules.folders.map(beside) },
    networks: {
      ...networks,
      ...(networks.awsRanges !== undefined && { awsRanges: beside(networks.awsRanges) }),
      databases: networks.databases.map(beside),
    },
    names: { ...names, ...(names.file !== undefined && { file: beside(names.file) }) },
  };
}

/**
 * Checks the YAML text of a configuration. `file` is only the name that problems are reported under.
 * @throws ConfigError with every problem at once.
 */
export function parseConfig(text: string, file: string): DeploymentConfig {
  return readYaml(text, file, configSchema);
}

/**
 * Checks a text of YAML or JSON. `file` is only the name that problems are reported under.
 * @throws ConfigError with every problem at once.
 */
export function readYaml<Schema extends z.ZodType>(text: string, file: string, schema: Schema): z.infer<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error) => `${place(file, lines, error.pos[0])}: not valid YAML: ${error.message}`),
    );
  }
  const given: unknown = document.toJS() ?? {};
  const result = schema.safeParse(given);
  if (result.success) {
    return result.data;
  }
  const problems = withoutConsequences(result.error.issues, given).flatMap((issue) =>
    describe(issue, document, lines, file, schema),
  );
  throw new ConfigError(problems);
}

/**
 * Checks settings that a program gives. `where` is only the name that problems are reported under.
 * @throws ConfigError with every problem at once.
 */
export function checkSettings(settings: DeploymentSettings, where: string): DeploymentConfig {
  const result = configSchema.safeParse(settings);
  if (result.success) return result.data;
  throw new ConfigError(
    withoutConsequences(result.error.issues, settings).map(
      (issue) => `${where}: ${dotted(issue.path)}: ${issue.message}`,
    ),
  );
}

/**
 * A misspelt key also breaks rules about the settings around it, and others beside it may be missing. Reporting those would
 * only hide the mistake.
 */
function withoutConsequences(issues: readonly z.core.$ZodIssue[], given: unknown): z.core.$ZodIssue[] {
  const slips = issues.filter(({ code }) => code === 'unrecognized_keys');
  const isAround = (path: readonly PropertyKey[], slip: readonly PropertyKey[]) =>
    path.every((key, index) => key === slip[index]);
  const isMissingBeside = (path: readonly PropertyKey[], slip: readonly PropertyKey[]) =>
    path.length === slip.length + 1 && isAround(slip, path) && !isGiven(given, path);
  return issues.filter(
    ({ code, path }) =>
      code === 'unrecognized_keys' ||
      !slips.some((slip) => (code === 'custom' ? isAround(path, slip.path) : isMissingBeside(path, slip.path))),
  );
}

function isGiven(value: unknown, path: readonly PropertyKey[]): boolean {
  const [key, ...below] = path;
  if (key === undefined) return value !== undefined;
  return typeof value === 'object' && value !== null && isGiven(Reflect.get(value, key), below);
}

function describe(
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
  file: string,
  schema: z.ZodType,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const at = place(file, lines, offsetOf(document, [...issue.path, key]));
      return `${at}: ${dotted([...issue.path, key])}: unknown setting; ${advice(key, settingsBelow(schema, issue.path))}`;
    });
  }
  const at = place(file, lines, offsetOf(document, issue.path));
  const given = document.getIn(issue.path);
  // zod's own words are "Invalid option: …"; a wrong word gets the nearest right one as well.
  const meant =
    issue.code === 'invalid_value' && typeof given === 'string' ? nearest(given, issue.values.map(String)) : undefined;
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  // Of a key that may not be, zod tells the reason one level below.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [`${at}: ${dotted(issue.path)}: ${message}${hint}`];
}

function advice(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined ? `known here: ${known.join(', ')}` : `did you mean "${meant}"?`;
}

function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the whole file' : path.map(String).join('.');
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}`;
}

/** Where the setting stands; where it is missing, the nearest thing around it that is there. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path[length - 1];
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair !== undefined && isNode(pair.key) && pair.key.range) {
        return pair.key.range[0];
      }
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) {
      return node.range[0];
    }
  }
  return 0;
}

/** The part of a JSON Schema that is walked to find the names of the settings. */
const schemaNode = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});

function settingsBelow(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let nodes = alternatives(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  for (const key of path) {
    nodes = nodes.flatMap((node) =>
      alternatives(
        typeof key === 'number' ? node.items : (node.properties?.[String(key)] ?? node.additionalProperties),
      ),
    );
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** A setting of several kinds, such as a source, has a schema for each. */
function alternatives(schema: unknown): z.infer<typeof schemaNode>[] {
  const parsed = schemaNode.safeParse(schema);
  if (!parsed.success) return [];
  const { anyOf = [], oneOf = [] } = parsed.data;
  return [parsed.data, ...[...anyOf, ...oneOf].flatMap(alternatives)];
}
