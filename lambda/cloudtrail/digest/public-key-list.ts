import * as z from 'zod';
import type { PublicKey } from './digest-signature.ts';

const key = z.object({ Value: z.base64(), Fingerprint: z.string().min(1) });

/** What `aws cloudtrail list-public-keys` prints; the documents' own example begins with a small letter. */
const answer = z.union([
  z.object({ PublicKeyList: z.array(key) }).transform(({ PublicKeyList }) => PublicKeyList),
  z.object({ publicKeyList: z.array(key) }).transform(({ publicKeyList }) => publicKeyList),
  z.array(key),
]);

export type PublicKeyList =
  | { readonly ok: true; readonly keys: readonly PublicKey[] }
  | { readonly ok: false; readonly reason: string };

/** Reads the public keys that `aws cloudtrail list-public-keys` prints. Never throws. */
export function parsePublicKeyList(text: string): PublicKeyList {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'is not JSON. It takes what aws cloudtrail list-public-keys prints.' };
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) {
    return {
      ok: false,
      reason: `is not what aws cloudtrail list-public-keys prints:\n${z.prettifyError(parsed.error)}`,
    };
  }
  const keys = parsed.data.map(({ Value, Fingerprint }) => ({
    fingerprint: Fingerprint,
    value: Buffer.from(Value, 'base64'),
  }));
  return { ok: true, keys };
}
