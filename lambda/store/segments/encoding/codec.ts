import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PRESET_DICTIONARY } from './preset-dictionary.ts';
import { SegmentDamaged, SegmentNewer } from './segment-faults.ts';

/** The latest shape of what is inside of items. A reader refuses a later one (SegmentNewer). */
export const FORMAT_VERSION = 2;

/** The shape of all items but blocks with what is known beside records, which alone need the latest: earlier readers go on reading the others. */
const FIRST_VERSION = 1;

/** Of those blocks. */
export const KNOWN_VERSION = 2;

/** How the bytes of an item are packed; the numbers stand in items and never change their meaning. */
export const CODECS = { plain: 0, brotli: 1, deflateWithDictionary1: 2 } as const;

/** What of an item this format knows; its key is its place in the table. */
export interface EncodedItem {
  /** FORMAT_VERSION of the program that wrote it. */
  readonly v: number;
  readonly codec: number;
  readonly body: Uint8Array;
}

/** No item holds more, unpacked: writers end a page or a block before. */
export const MAX_UNPACKED_BYTES = 16 * 1024 * 1024;

/** Below this, a preset dictionary may do more than brotli's own. */
const SMALL_BYTES = 8 * 1024;

const BROTLI_QUALITY = 6;

/** Packs bytes with whatever makes them smallest. */
export function pack(bytes: Buffer, v = FIRST_VERSION): EncodedItem {
  const candidates: EncodedItem[] = [{ v, codec: CODECS.brotli, body: brotli(bytes) }];
  if (bytes.length < SMALL_BYTES) {
    const body = deflateRawSync(bytes, { level: 9, dictionary: PRESET_DICTIONARY });
    candidates.push({ v, codec: CODECS.deflateWithDictionary1, body });
  }
  return candidates.reduce((best, candidate) => (candidate.body.length < best.body.length ? candidate : best));
}

/** An item of bytes that no codec makes smaller. */
export function packPlain(bytes: Buffer): EncodedItem {
  return { v: FIRST_VERSION, codec: CODECS.plain, body: bytes };
}

/**
 * @throws SegmentNewer for a version or codec that this program doesn't know; SegmentDamaged for bytes that are none of
 * the codec's, or more than MAX_UNPACKED_BYTES.
 */
export function unpack({ v, codec, body }: EncodedItem): Buffer {
  if (v > FORMAT_VERSION) throw new SegmentNewer(`version ${v} is later than ${FORMAT_VERSION}`);
  const options = { maxOutputLength: MAX_UNPACKED_BYTES };
  try {
    switch (codec) {
      case CODECS.plain:
        return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      case CODECS.brotli:
        return brotliDecompressSync(body, options);
      case CODECS.deflateWithDictionary1:
        return inflateRawSync(body, { ...options, dictionary: PRESET_DICTIONARY });
    }
  } catch (error) {
    throw new SegmentDamaged(`its bytes can't be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new SegmentNewer(`codec ${codec} is not known to version ${FORMAT_VERSION}`);
}

function brotli(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}
