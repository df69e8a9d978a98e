import { readFile } from 'node:fs/promises';
import type { PublicKey } from '../../../lambda/cloudtrail/digest/digest-signature.ts';
import { parsePublicKeyList } from '../../../lambda/cloudtrail/digest/public-key-list.ts';
import type { PublicKeySource } from '../../../lambda/verify/public-keys.ts';
import { reasonOf } from '../../inputs/find-files.ts';
import { CommandFailure } from '../../output/exit-codes.ts';

/**
 * Public keys from files that `aws cloudtrail list-public-keys` was written to, one or several regions together: the
 * fingerprint tells which is meant.
 * @throws CommandFailure for a file that holds none.
 */
export async function readPublicKeyFiles(paths: readonly string[]): Promise<PublicKeySource> {
  const keys: PublicKey[] = [];
  for (const path of paths) keys.push(...(await readKeys(path)));
  if (keys.length === 0) throw new CommandFailure(`There is no public key in ${paths.join(', ')}.`);
  return { list: async () => keys };
}

async function readKeys(path: string): Promise<readonly PublicKey[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${path}: ${reasonOf(error)}`);
  }
  const list = parsePublicKeyList(text);
  if (!list.ok) throw new CommandFailure(`${path} ${list.reason}`);
  return list.keys;
}
