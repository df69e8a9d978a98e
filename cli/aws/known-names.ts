import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type Names, NO_NAMES, namesSchema } from '../../lambda/directory/names.ts';
import { LAST_RUN } from '../../local/deployment/data-folder.ts';

/**
 * Names for ids that stand alone, such as the accounts that events are counted by. What can't be read leaves ids without
 * names: no question fails for it.
 */

/** Those of a settings file's `names.file`. */
export async function namesOfFile(file: string | undefined): Promise<Names> {
  if (file === undefined || !existsSync(file)) return NO_NAMES;
  const [{ readYaml }, { namesFileSchema }] = await Promise.all([
    import('../../lib/config/config-file.ts'),
    import('../../lib/config/names-settings.ts'),
  ]);
  return orNone(() => readYaml(readFileSync(file, 'utf8'), file, namesFileSchema));
}

/** Those that npm start was given for a folder. */
export function namesOfFolder(data: string = LAST_RUN): Names {
  const schema = z.object({ names: namesSchema });
  return orNone(() => schema.parse(JSON.parse(readFileSync(join(data, 'directory.json'), 'utf8'))).names);
}

function orNone(read: () => Names): Names {
  try {
    return read();
  } catch {
    return NO_NAMES;
  }
}
