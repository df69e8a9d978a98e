const GROUPED = new Intl.NumberFormat('en-US');

/** `1,234,567`: every digit. */
export function numberText(value: number): string {
  return GROUPED.format(value);
}

/** How much more or less than before: `+12 %`, `new`, `same`. */
export function changeText({ now, before }: { readonly now: number; readonly before: number }): string {
  if (now === before) return 'same as before';
  if (before === 0) return 'none before';
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return 'same as before';
  return `${percent > 0 ? '+' : '−'}${numberText(Math.abs(percent))} % on ${numberText(before)}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}
