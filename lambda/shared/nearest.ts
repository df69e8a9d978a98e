/** The known word nearest to a mistyped one; undefined if none is near enough to be useful. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const lowered = word.toLowerCase();
  // A third of the letters may be wrong: enough for one or two typing errors, too little to suggest a different word.
  let best = Math.max(1, Math.floor(word.length / 3)) + 1;
  let found: string | undefined;
  for (const candidate of known) {
    const distance = editDistance(lowered, candidate.toLowerCase(), best);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

/** The number of edits that turn one word into the other (swapped neighbours count as one), at most `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          (row[j - 1] ?? limit) + (isSame ? 0 : 1),
          (row[j] ?? limit) + 1,
          (next[j - 1] ?? limit) + 1,
          isSwapped ? (before[j - 2] ?? limit) + 1 : limit,
        ),
      );
    }
    before = row;
    row = next;
  }
  return Math.min(limit, row[b.length] ?? limit);
}
