import { createHash } from 'node:crypto';
import { isZlibError } from './gunzip.ts';
import { uncompressed } from './log-object.ts';

export type ContentHash =
  | { readonly ok: true; readonly sha256: string; readonly bytes: number }
  /** The content has no hash that a digest could name: its gzip data is damaged, or it is far too long. */
  | { readonly ok: false; readonly reason: string };

/**
 * SHA-256 of an object's uncompressed content, as digests name it, for any content. Memory stays bounded.
 * @param maxBytes uncompressed bytes after which reading stops.
 * @throws the errors of `body`.
 */
export async function hashContent(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ContentHash> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of uncompressed(body)) {
      bytes += chunk.length;
      if (bytes > maxBytes) return { ok: false, reason: `more than ${maxBytes} bytes uncompressed` };
      hash.update(chunk);
    }
  } catch (error) {
    if (isZlibError(error)) return { ok: false, reason: 'the gzip data is cut or damaged' };
    throw error;
  }
  return { ok: true, sha256: hash.digest('hex'), bytes };
}
