/** A number as text: what comparisons take for a number, in rules and in records alike. */
export const NUMERIC_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
