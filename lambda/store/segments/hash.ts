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
  return { part: bytes.readUInt32LE(0), check: bytes.readUInt32LE(4), third: bytes.readUInt32LE(8) };
}
