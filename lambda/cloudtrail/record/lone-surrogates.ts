/** An escaped backslash, a pair of surrogates, or half of one. */
const ESCAPES = /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

const ESCAPE_LENGTH = '\\ud800'.length;

/**
 * JSON text whose strings can all be written as UTF-8. An escape may name half of a surrogate pair, which JSON allows
 * and DynamoDB and SNS refuse; it becomes U+FFFD, like bytes that are no UTF-8.
 */
export function replaceLoneSurrogates(json: string): string {
  if (!json.includes('\\ud') && !json.includes('\\uD')) return json;
  return json.replace(ESCAPES, (found) => (found.length === ESCAPE_LENGTH ? '\\ufffd' : found));
}
