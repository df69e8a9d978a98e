import { randomUUID } from 'node:crypto';
import { jsonTokens, layOutJson } from '../../lambda/cloudtrail/record/json-text.ts';

/** Stands before a text in its place until the value around it is written: no value can hold it. */
const MARK = `source ${randomUUID()} `;
const MARKED = new RegExp(`"${MARK}([A-Za-z0-9+/=]*)"`, 'g');

/** JSON as somebody else wrote it: `jsonText` writes it token by token, on one line, where JSON.stringify would make it anew. */
export class JsonSource {
  readonly #text: string;

  /** @param text must be JSON. */
  constructor(text: string) {
    this.#text = text;
  }

  toJSON(): string {
    return `${MARK}${Buffer.from(this.#text).toString('base64')}`;
  }
}

const UNPRINTABLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A value as JSON in ASCII where it matters: what a terminal would obey stands as `\u…`, which any reader of JSON takes
 * for the same character.
 */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  return printableJson(text.includes(MARK) ? text.replace(MARKED, (_, source: string) => sourceText(source)) : text);
}

/** A text that is JSON, in ASCII where `jsonText` has it so. */
export function printableJson(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sourceText(base64: string): string {
  return layOutJson(jsonTokens(Buffer.from(base64, 'base64').toString('utf8')));
}
