import { isJsonObject, type JsonObject, type JsonValue, member } from '../../shared/json.ts';
import { isLimited } from './policy-condition.ts';

/** What one Allow statement of a policy document in the request grants. */
export interface PolicyGrant {
  /** As the document writes them, without the kind: `*`, ARNs, account ids, service names. Empty in identity policies. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Anybody may use it: any principal, and no condition that holds only for known callers. */
  readonly public: boolean;
}

/** Statements that are read at most. IAM's quotas on policy sizes keep real documents far below. */
const MAX_STATEMENTS = 500;

/** Levels of nesting that are searched. */
const MAX_DEPTH = 24;

/**
 * The Allow statements of every policy document in the request ("IAM JSON policy elements reference"). A document may
 * be in any member, as text, as URL-encoded text or as an object. Everything else is skipped.
 */
export function findPolicyGrants(record: JsonObject): readonly PolicyGrant[] {
  const grants: PolicyGrant[] = [];
  collect(record.requestParameters, grants, 0);
  return grants;
}

function collect(value: JsonValue | undefined, grants: PolicyGrant[], depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (typeof value === 'string') {
    const document = parseDocument(value);
    if (document !== undefined) collect(document, grants, depth + 1);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, grants, depth + 1);
  } else if (isJsonObject(value)) {
    for (const statement of listOf(member(value, 'Statement'))) {
      if (grants.length < MAX_STATEMENTS && isJsonObject(statement) && statement.Effect === 'Allow') {
        grants.push(grantOf(statement));
      }
    }
    for (const item of Object.values(value)) collect(item, grants, depth + 1);
  }
}

function parseDocument(text: string): JsonValue | undefined {
  if (!text.includes('Statement')) return undefined;
  try {
    const plain = text.startsWith('%7B') ? decodeURIComponent(text) : text;
    const parsed: JsonValue = JSON.parse(plain);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function grantOf(statement: JsonObject): PolicyGrant {
  const principals = principalsOf(member(statement, 'Principal'));
  // Allow with NotPrincipal means everybody except those named.
  const anyone = principals.includes('*') || member(statement, 'NotPrincipal') !== undefined;
  return {
    principals,
    actions: textsOf(member(statement, 'Action')),
    resources: textsOf(member(statement, 'Resource')),
    public: anyone && !isLimited(member(statement, 'Condition')),
  };
}

function principalsOf(principal: JsonValue | undefined): string[] {
  return isJsonObject(principal) ? Object.values(principal).flatMap(textsOf) : textsOf(principal);
}

function textsOf(value: JsonValue | undefined): string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
