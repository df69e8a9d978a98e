import { isJsonObject, type JsonObject, type JsonValue } from '../../shared/json.ts';

const ACCOUNT = /^\d{12}$/;
const ACCOUNT_LENGTH = 12;

/** Members in which a number of twelve digits is an account. */
const ACCOUNT_MEMBER =
  /account|principal|^aws$|userid|user|owner|attributevalues?|valuestoadd|sharedwith|grantee|^value$|^items?$|^add$|destination|target/i;

const ACCOUNT_IN_ARN = /arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):/g;

/** A policy document in a request is text: its principals are in quotes. */
const QUOTED_ACCOUNT = /"(\d{12})"/g;

/** Levels of nesting that are searched. */
const MAX_DEPTH = 24;

/**
 * Accounts that the request names, except the caller's and the recipient's: for example those that something was shared
 * with, or that were trusted. Policy documents are searched too, also URL-encoded ones.
 */
export function findExternalAccounts(record: JsonObject, own: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  collect(record.requestParameters, '', found, 0);
  for (const account of own) found.delete(account);
  return [...found].sort();
}

function collect(value: JsonValue | undefined, name: string, found: Set<string>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (typeof value === 'string') collectFromText(value, name, found);
  else if (typeof value === 'number' && ACCOUNT_MEMBER.test(name) && ACCOUNT.test(String(value)))
    found.add(String(value));
  else if (Array.isArray(value)) for (const item of value) collect(item, name, found, depth + 1);
  else if (isJsonObject(value)) for (const key of Object.keys(value)) collect(value[key], key, found, depth + 1);
}

function collectFromText(text: string, name: string, found: Set<string>): void {
  if (text.length === ACCOUNT_LENGTH && ACCOUNT.test(text)) {
    if (ACCOUNT_MEMBER.test(name)) found.add(text);
    return;
  }
  const plain = text.startsWith('%7B') ? decoded(text) : text;
  if (plain.length < ACCOUNT_LENGTH) return;
  if (plain.includes('arn:aws')) for (const match of plain.matchAll(ACCOUNT_IN_ARN)) if (match[1]) found.add(match[1]);
  if (/^\s*[{[]/.test(plain)) for (const match of plain.matchAll(QUOTED_ACCOUNT)) if (match[1]) found.add(match[1]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
