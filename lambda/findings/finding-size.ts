import { KNOWN_MEMBERS } from '../cloudtrail/directory.ts';
import { cutText } from '../shared/cut-text.ts';
import type { JsonValue } from '../shared/json.ts';
import type { Finding, ShownField } from './finding.ts';
import type { FindingStep } from './finding-step.ts';

/**
 * Bytes of a finding as JSON, at most. DynamoDB takes rows of 400 KB, counts bytes differently, and the row also holds
 * the state of alerts.
 */
export const MAX_FINDING_BYTES = 100 * 1024;

/** Bounds that are tried in turn until the finding fits: bytes of one text, and members of a list. */
const BOUNDS = [
  { textBytes: 16_384, members: 400 },
  { textBytes: 4096, members: 100 },
  { textBytes: 1024, members: 50 },
  { textBytes: 256, members: 25 },
  { textBytes: 64, members: 10 },
] as const;

type Bound = (typeof BOUNDS)[number];

/** Texts that may be cut. */
const TEXTS = [
  'title',
  'description',
  'author',
  'action',
  'actor',
  'actorName',
  'session',
  'via',
  'accessKeyId',
  'sourceIPAddress',
  'userAgent',
  ...KNOWN_MEMBERS,
  'errorCode',
] as const satisfies readonly (keyof Finding)[];

/** Levels of lists and objects in a value that are kept: DynamoDB refuses a row with more than 32. */
const MAX_DEPTH = 16;

/**
 * A finding of at most 100 KB of JSON: as it is, or with its long texts, values and lists cut and marked (`cut: true`; a
 * text that was cut ends with `…`). What names it stays whole: its id, its rule, the event's id and time, the receipt.
 */
export function boundFinding(finding: Finding): Finding {
  if (mostBytes(finding) <= MAX_FINDING_BYTES || bytesOf(finding) <= MAX_FINDING_BYTES) return finding;
  let cut = finding;
  for (const bound of BOUNDS) {
    cut = cutFinding(finding, bound);
    if (bytesOf(cut) <= MAX_FINDING_BYTES) break;
  }
  return cut;
}

/** The value, with `…` in place of what is nested too deeply for a row and for recursive functions. */
export function cutDepth(value: JsonValue): JsonValue {
  return isDeep(value) ? cutBelow(value, 1) : value;
}

function cutBelow(value: JsonValue, level: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (level > MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.map((inner) => cutBelow(inner, level + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, inner === undefined ? inner : cutBelow(inner, level + 1)]),
  );
}

function isDeep(value: JsonValue, level = 1): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return level > MAX_DEPTH || Object.values(value).some((inner) => inner !== undefined && isDeep(inner, level + 1));
}

/** What JSON and UTF-8 make of a character at most: `\u0000`. */
const BYTES_A_CHARACTER = 6;

/** More than any number takes, and than what stands around a value. */
const BYTES_A_VALUE = 32;

/** Bytes that JSON of a value can't exceed: nearly all findings are far smaller, and this needs no text of them. */
function mostBytes(value: unknown): number {
  if (typeof value === 'string') return BYTES_A_CHARACTER * value.length + BYTES_A_VALUE;
  if (typeof value !== 'object' || value === null) return BYTES_A_VALUE;
  let bytes = BYTES_A_VALUE;
  if (Array.isArray(value)) for (const inner of value) bytes += mostBytes(inner);
  else {
    for (const [name, inner] of Object.entries(value)) {
      bytes += BYTES_A_CHARACTER * name.length + BYTES_A_VALUE + mostBytes(inner);
    }
  }
  return bytes;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function cutFinding(finding: Finding, { textBytes, members }: Bound): Finding {
  const text = (whole: string): string => cutText(whole, textBytes);
  const texts = (whole: readonly string[]): readonly string[] => whole.slice(0, members).map(text);
  const shortened = Object.fromEntries(
    TEXTS.flatMap((name) => {
      const whole = finding[name];
      return whole === undefined ? [] : [[name, text(whole)]];
    }),
  );
  const { correlation } = finding;
  return {
    ...finding,
    ...shortened,
    tags: texts(finding.tags),
    references: texts(finding.references),
    falsepositives: texts(finding.falsepositives),
    resources: texts(finding.resources),
    matched: finding.matched.slice(0, members).map((field) => cutField(field, textBytes)),
    ...(correlation !== undefined && {
      correlation: {
        ...correlation,
        eventIDs: correlation.eventIDs.slice(-members).map(text),
        ...(correlation.steps !== undefined && { steps: correlation.steps.slice(0, members).map(cutStep(text)) }),
      },
    }),
    cut: true,
  };
}

function cutStep(text: (whole: string) => string): (step: FindingStep) => FindingStep {
  return ({ title, action, ...step }) => ({
    ...step,
    title: text(title),
    ...(action !== undefined && { action: text(action) }),
  });
}

/** A value that is too long becomes the beginning of its text or of its JSON. */
function cutField({ field, value }: ShownField, textBytes: number): ShownField {
  const json = JSON.stringify(value);
  const name = cutText(field, textBytes);
  if (Buffer.byteLength(json) <= textBytes) return { field: name, value };
  return { field: name, value: cutText(typeof value === 'string' ? value : json, textBytes) };
}
