const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** Characters of the longest bar. */
const LONGEST = 20;

/** A bar of eighths of a character. What is there at all is seen: at least an eighth. */
export function bar(count: number, most: number): string {
  if (count <= 0 || most <= 0) return '';
  const eighths = Math.max(1, Math.round((count / most) * LONGEST * 8));
  return `${'█'.repeat(Math.floor(eighths / 8))}${BLOCKS[eighths % 8] ?? ''}`;
}
