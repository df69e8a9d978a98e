export const FORMATS = ['table', 'markdown', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Prints what a benchmark measured. */
export function showRows(name: string, rows: readonly object[], format: Format): void {
  if (format === 'json') {
    console.log(JSON.stringify({ benchmark: name, node: process.version, rows }, undefined, 2));
    return;
  }
  console.log(`\n${format === 'markdown' ? '## ' : ''}${name}\n`);
  if (format === 'table') console.table(rows);
  else console.log(markdown(rows));
}

function markdown(rows: readonly object[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly unknown[]): string => `| ${cells.map((cell) => String(cell ?? '')).join(' | ')} |`;
  return [
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map((row) => {
      const cells = new Map<string, unknown>(Object.entries(row));
      return line(columns.map((column) => cells.get(column)));
    }),
  ].join('\n');
}
