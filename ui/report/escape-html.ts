import { printable } from '../../lambda/shared/printable.ts';

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as HTML shows it: no mark-up, and nothing that turns the direction of what stands beside it. */
export function escaped(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY).replace(/[&<>"']/g, (mark) => MARKS[mark] ?? mark);
}
