/** A line of CSV as RFC 4180 has it, ended by CR and LF. */
export function csvLine(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

/** A spreadsheet takes a field that begins so for a formula, and runs it: "CSV Injection" of OWASP. */
const FORMULA = /^[=+\-@\t\r\n]/;

function field(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
