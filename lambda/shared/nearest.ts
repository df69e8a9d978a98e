/** The known word nearest to a mistyped one, or undefined when none is near enough to be worth offering. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const lowered = word.toLowerCase();
  // A third of the letters may be wrong: enough for a typo or two, too little to offer another word altogether.
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

/** Edits that turn one word into the other, swapped neighbours counting as one; or `limit` if there are as many. */
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
