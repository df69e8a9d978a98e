import { isJsonObject, type JsonValue } from '../../shared/json.ts';

/**
 * Condition keys that tie a statement to known callers, after "The meaning of 'public'" of the Amazon S3 User Guide,
 * and the keys of AWS KMS, Amazon SNS and AWS Organizations that do the same.
 */
const LIMITING_KEYS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'aws:vpcsourceip',
  'kms:calleraccount',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
]);

/**
 * `…IfExists`, `ForAllValues:` and the negated operators also hold for callers without the key, so they limit nobody.
 */
const LIMITING_OPERATOR = /^(ForAnyValue:)?(String(Equals|EqualsIgnoreCase|Like)|Arn(Equals|Like)|IpAddress)$/i;

/** Values that match every caller: only wildcards, every address, an ARN of any account. */
const FITS_ALL = /^[*?]*$|\/0$|^arn:[^:]*:[^:]*:[^:]*:[*?]+:/;

/**
 * Whether the condition of a statement can hold only for known callers: one limiting key is enough, because all must
 * hold.
 */
export function isLimited(condition: JsonValue | undefined): boolean {
  if (!isJsonObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) =>
      LIMITING_OPERATOR.test(operator) &&
      isJsonObject(keys) &&
      Object.entries(keys).some(([key, values]) => LIMITING_KEYS.has(key.toLowerCase()) && areFixed(values)),
  );
}

function areFixed(values: JsonValue): boolean {
  const list = Array.isArray(values) ? values : [values];
  return list.length > 0 && list.every((value) => typeof value === 'string' && !FITS_ALL.test(value));
}
