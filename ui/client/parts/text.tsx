import { printable } from '../../../lambda/shared/printable.ts';

/**
 * A text from a log, on one line: marks that would turn its direction around, or that nobody sees, stand as `�`. It is
 * filtered by and copied as it is.
 */
export function Text({ of }: { readonly of: string | undefined }) {
  return <span class="text">{of === undefined ? '' : shown(of)}</span>;
}

export function shown(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY);
}
