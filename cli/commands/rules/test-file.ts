import { isCollection, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import * as z from 'zod';
import type { AccountNames, Place } from '../../../lambda/cloudtrail/directory.ts';
import type { RuleProblem } from '../../../lambda/detection/index.ts';

/** The tests beside a rule, as docs/writing-rules.md describes them. */

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const duration = z
  .string()
  .regex(/^\d+[smhd]$/, { error: 'must be a duration such as 30s, 5m, 2h or 1d' })
  .transform((text) => Number(text.slice(0, -1)) * UNITS[text.slice(-1) as keyof typeof UNITS]); // the pattern's last letter

const members = z.record(z.string(), z.unknown());
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-20T14:00:00Z' });

const occurrence = z
  .strictObject({
    at: time,
    event: members.default({}),
    repeat: z.int().min(1).max(10_000).default(1),
    every: duration.optional(),
  })
  .refine(({ every, repeat }) => every === undefined || repeat > 1, {
    path: ['every'],
    error: 'is for events that are repeated: add repeat',
  });

const oneTest = z
  .strictObject({
    name: z.string().min(1),
    rule: z.string().min(1).optional(),
    match: z.boolean().optional(),
    event: members.optional(),
    findings: z.int().min(0).optional(),
    learned: z.boolean().optional(),
    events: z.array(occurrence).min(1).optional(),
  })
  .transform(({ name, rule, match, event, findings, events, learned }, context) => {
    const about = { name, ...(rule !== undefined && { rule }) };
    const asksForOne = match !== undefined && event !== undefined && learned === undefined;
    if (asksForOne && findings === undefined && events === undefined) {
      return { ...about, kind: 'match' as const, match, event };
    }
    if (findings !== undefined && events !== undefined && match === undefined && event === undefined) {
      return { ...about, kind: 'findings' as const, findings, events, learned: learned ?? true };
    }
    // A mistyped key is the reason, and was already reported.
    if (context.issues.length > 0) return z.NEVER;
    context.issues.push({
      code: 'custom',
      message:
        learned !== undefined && match !== undefined
          ? 'learned goes with findings and events'
          : 'a test has either match and event, or findings and events',
      input: name,
    });
    return z.NEVER;
  });

const place = z.strictObject({
  network: z.string().min(1).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, { error: 'must be two capitals, as DE' })
    .optional(),
  asn: z
    .string()
    .regex(/^AS\d+$/, { error: 'must be written as AS64500' })
    .optional(),
  asnName: z.string().min(1).optional(),
});

const fileSchema = z.strictObject({
  defaults: members.default({}),
  places: z.record(z.string().min(1), place).default({}),
  accounts: z.record(z.string().min(1), z.strictObject({ name: z.string(), ou: z.string().optional() })).default({}),
  users: z.record(z.string().min(1), z.string()).default({}),
  placeholders: z.record(z.string().min(1), z.array(z.string())).default({}),
  tests: z.array(oneTest).min(1),
});

/** One test: an event and whether the rule matches it, or events in time and how many findings they come to. */
export type RuleTest = z.infer<typeof oneTest> & { readonly line: number };

export interface TestFile {
  /** Values for `expand`, instead of the configured ones. */
  readonly placeholders: Readonly<Record<string, readonly string[]>>;
  /** What is known of addresses, by the address. */
  readonly places: Readonly<Record<string, Place>>;
  /** What accounts are called, by their ids. */
  readonly accounts: Readonly<Record<string, AccountNames>>;
  /** What Identity Center users are called, by their ids. */
  readonly users: Readonly<Record<string, string>>;
  /** Members that every event starts from. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly tests: readonly RuleTest[];
}

export type TestFileResult =
  | { readonly ok: true; readonly content: TestFile }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] };

/** Reads the tests in a text. Every problem is reported, with its line. */
export function parseTestFile(file: string, text: string): TestFileResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, logLevel: 'silent', prettyErrors: false });
  const positionOf = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return {
      ok: false,
      problems: faults.map(({ pos, message }) => ({
        file,
        ...positionOf(pos[0]),
        message: `not valid YAML: ${message}`,
      })),
    };
  }
  const startOf = (path: readonly PropertyKey[]): number => startOfPath(document.contents, path);
  const result = fileSchema.safeParse(document.toJS({ maxAliasCount: 1000 }));
  if (!result.success) {
    return {
      ok: false,
      problems: result.error.issues.flatMap((issue) =>
        spread(issue).map(({ path, message }) => ({ file, ...positionOf(startOf(path)), message })),
      ),
    };
  }
  const tests = result.data.tests.map((test, index) => ({ ...test, line: positionOf(startOf(['tests', index])).line }));
  return { ok: true, content: { ...result.data, tests } };
}

/** An unknown key is reported at its own position. */
function spread(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `'${key}' is not known here` }));
  }
  const name = issue.path.at(-1);
  if (issue.code === 'too_small' && issue.origin === 'array') {
    return [{ path: issue.path, message: `${String(name)} is empty: give it at least one` }];
  }
  const what = typeof name === 'string' && !issue.message.startsWith('a ') ? `${name}: ` : '';
  return [{ path: issue.path, message: `${what}${issue.message}` }];
}

/**
 * The position of a value, or of the nearest existing value around it. For an entry of a map it is the position of the
 * key.
 */
function startOfPath(root: Node | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let start = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (!isCollection(node)) return start;
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    node = pair?.value ?? node.get(typeof step === 'number' ? step : String(step), true);
    const place: unknown = pair?.key ?? node;
    if (isScalar(place) || isCollection(place)) start = place.range?.[0] ?? start;
    else return start;
  }
  return start;
}
