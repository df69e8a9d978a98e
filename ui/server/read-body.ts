import type { IncomingMessage } from 'node:http';

/** A question is small; pins with their notes are the largest. */
const MAX_BODY_BYTES = 512 * 1024;

/** The body is too large, or isn't JSON. */
export class BadBody extends Error {
  override readonly name = 'BadBody';
}

/** @throws BadBody */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new BadBody(`A question has at most ${MAX_BODY_BYTES} bytes.`);
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new BadBody('The question is not JSON.');
  }
}
