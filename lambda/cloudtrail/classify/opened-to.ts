import { at, isJsonObject, type JsonObject, type JsonValue } from '../../shared/json.ts';
import { parseArn } from '../record/arn.ts';
import { findPolicyGrants } from './policy-grants.ts';

/** Anybody in the world. */
const EVERYBODY = 'everybody';

/**
 * Bytes that a call sent to its caller: `additionalEventData.bytesTransferredOut` of data events. Undefined where the
 * record doesn't say.
 */
export function bytesSent(record: JsonObject): number | undefined {
  const bytes = at(record, 'additionalEventData', 'bytesTransferredOut');
  return typeof bytes === 'number' && bytes >= 0 ? bytes : undefined;
}

/**
 * Whom a call opened something to: accounts and principals that it adds, `everybody`. Those that it removes are none.
 * @param own accounts that are no strangers.
 */
export function openedTo(record: JsonObject, own: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  for (const { principals, public: isPublic } of findPolicyGrants(record)) {
    if (isPublic) found.add(EVERYBODY);
    for (const principal of principals) if (principal !== '*') found.add(principal);
  }
  collect(record.requestParameters, '', found, 0);
  return [...found].filter((name) => !own.has(parseArn(name)?.account ?? name) || isFederation(name)).sort();
}

/** Principals of the account itself that let strangers in. */
function isFederation(principal: string): boolean {
  return /:(saml-provider|oidc-provider)\//.test(principal);
}

const MAX_DEPTH = 12;

/** Members that name whom something is shared with, as the services spell them. */
const RECEIVER =
  /^(userid|group|valuestoadd|accountids?|accountidstoadd|principal|granteeprincipal|accountwithrestoreaccess|uri|principalarn|targetaccountid|principals)$/i;

function collect(value: JsonValue | undefined, name: string, found: Set<string>, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) for (const item of value) collect(item, name, found, depth + 1);
  else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) if (!/remove/i.test(key)) collect(item, key, found, depth + 1);
  } else if (RECEIVER.test(name) && (typeof value === 'string' || typeof value === 'number')) {
    const text = String(value);
    if (/^(all|\*)$|\/(AllUsers|AuthenticatedUsers)$/.test(text)) found.add(EVERYBODY);
    else if (/^\d{12}$/.test(text) || parseArn(text) !== undefined) found.add(text);
  }
}
