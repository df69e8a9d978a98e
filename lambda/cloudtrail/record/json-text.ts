/** Strings, punctuation, and numbers and words: everything in JSON except white space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** The tokens of a text that is JSON. */
export function jsonTokens(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/**
 * A text that is JSON, laid out anew as JSON.stringify does it. No token changes: numbers keep their digits, strings their
 * escapes, objects the members that they repeat.
 * @param indent spaces a level; everything stands on one line without it.
 */
export function layOutJson(tokens: readonly string[], indent?: number): string {
  const parts: string[] = [];
  let depth = 0;
  const newLine = (): void => {
    if (indent !== undefined) parts.push(`\n${' '.repeat(indent * depth)}`);
  };
  for (const [index, token] of tokens.entries()) {
    const isOpening = token === '{' || token === '[';
    const isClosing = token === '}' || token === ']';
    const before = tokens[index - 1];
    if (isClosing) {
      depth--;
      // An empty one stays as it is.
      if (before !== '{' && before !== '[') newLine();
    }
    parts.push(token);
    if (isOpening) {
      depth++;
      const after = tokens[index + 1];
      if (after !== '}' && after !== ']') newLine();
    } else if (token === ',') newLine();
    else if (token === ':' && indent !== undefined) parts.push(' ');
  }
  return parts.join('');
}
