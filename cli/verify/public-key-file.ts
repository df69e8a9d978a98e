import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { PublicKey } from '../../lambda/cloudtrail/digest-signature.ts';
import type { PublicKeySource } from '../../lambda/verify/public-keys.ts';
import { CommandFailure } from '../exit.ts';
import { reasonOf } from '../scan/find-files.ts';

const key = z.object({ Value: z.base64(), Fingerprint: z.string().min(1) });

/** What `aws cloudtrail list-public-keys` prints; the documents' own example begins with a small letter. */
const answer = z.union([
  z.object({ PublicKeyList: z.array(key) }).transform(({ PublicKeyList }) => PublicKeyList),
  z.object({ publicKeyList: z.array(key) }).transform(({ publicKeyList }) => publicKeyList),
  z.array(key),
]);

/**
 * Public keys from files that `aws cloudtrail list-public-keys` was written to, one or several regions together: the
 * fingerprint tells which is meant.
 * @throws CommandFailure for a file that holds none.
 */
export async function readPublicKeyFiles(paths: readonly string[]): Promise<PublicKeySource> {
  const keys: PublicKey[] = [];
  for (const path of paths) {
    for (const { Value, Fingerprint } of await readKeys(path)) {
      keys.push({ fingerprint: Fingerprint, value: Buffer.from(Value, 'base64') });
    }
  }
  if (keys.length === 0) throw new CommandFailure(`There is no public key in ${paths.join(', ')}.`);
  return { list: async () => keys };
}

async function readKeys(path: string): Promise<z.infer<typeof answer>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${path}: ${reasonOf(error)}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CommandFailure(`${path} is not JSON. It takes what aws cloudtrail list-public-keys prints.`);
  }
  const parsed = answer.safeParse(json);
  if (!parsed.success) {
    throw new CommandFailure(
      `${path} is not what aws cloudtrail list-public-keys prints:\n${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data;
}
