import { readFile } from 'node:fs/promises';
import type { PublicKey } from '../../lambda/cloudtrail/digest/digest-signature.ts';
import { parsePublicKeyList } from '../../lambda/cloudtrail/digest/public-key-list.ts';
import { InputError } from '../deployment/input-error.ts';

/**
 * The public keys of some files, of any regions: their fingerprints distinguish them.
 *
 * @throws InputError for a file that can't be read or holds no keys
 */
export async function readPublicKeys(paths: readonly string[]): Promise<readonly PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new InputError(
        error.code === 'ENOENT' ? `There is no "${path}".` : `${path} can't be read: ${error.message}`,
      );
    });
    const list = parsePublicKeyList(text);
    if (!list.ok) throw new InputError(`${path} ${list.reason}`);
    if (list.keys.length === 0) throw new InputError(`There is no public key in ${path}.`);
    keys.push(...list.keys);
  }
  return keys;
}
