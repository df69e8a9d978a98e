import { hash } from 'node:crypto';

/** A text as places in dictionaries and filters need it: 32-bit numbers of its SHA-256 that are independent. */
export interface TextHash {
  /** Chooses the part of a dictionary or filter. */
  readonly part: number;
  /** Stands for the text in dictionaries of many values. */
  readonly check: number;
  readonly third: number;
}

export function hashText(text: string): TextHash {
  const bytes = hash('sha256', text, 'buffer');
  return { part: word(bytes, 0), check: word(bytes, 4), third: word(bytes, 8) };
}

function word(bytes: Buffer, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
