/**
 * The text of a value as rules compare it: numbers and booleans in JSON's notation, objects and lists as their compact
 * JSON. Undefined for null, which has no text, and for a value that is nested too deeply to be written.
 */
export function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? undefined : compactJson(value);
    default:
      return undefined;
  }
}

function compactJson(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.parse reads any depth, JSON.stringify is bounded by the stack: a hostile record must not stop the others.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
