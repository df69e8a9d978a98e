import type { DirectoryContent } from '../../lambda/directory/directory-file.ts';
import { ConfigError } from '../../lib/config/config-file.ts';
import { DirectoryError, readDirectoryContent } from '../../lib/config/directory-content.ts';
import { InputError } from '../deployment/input-error.ts';

/** What a settings file says of addresses. @throws InputError with what is wrong with it, or with a file that it names. */
export function readKnown(file: string): DirectoryContent {
  try {
    return readDirectoryContent(process.cwd(), file);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DirectoryError) throw new InputError(error.message);
    throw error;
  }
}
