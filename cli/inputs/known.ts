import type { Command } from 'commander';
import type { Directory } from '../../lambda/cloudtrail/directory.ts';
import type { DirectoryContent } from '../../lambda/directory/directory-file.ts';
import { CommandFailure, EXIT } from '../output/exit-codes.ts';
import { printableLines } from '../output/printable-lines.ts';
import type { Io } from '../output/process-io.ts';

/** Options of commands that judge records without a deployment. */
export interface KnownOptions {
  /** A settings file. */
  readonly known?: string;
}

/** Adds `--known`. */
export function withKnown(command: Command): Command {
  return command.option('--known <file>', 'a trailwarden.yaml: its networks and names are known (default: none)');
}

/** What is known beside the records: for threads, and to be asked. */
export interface Known {
  readonly content: DirectoryContent;
  readonly directory: Directory;
}

/**
 * What the settings file says of addresses, with the files that it names; undefined without one. What can't be read of it
 * later on is told on stderr.
 * @throws CommandFailure with every problem of the settings, or with the file that can't be used.
 */
export async function loadKnown({ known }: KnownOptions, io: Io): Promise<Known | undefined> {
  if (known === undefined) return undefined;
  // They know all settings, which most commands have no need of.
  const [{ ConfigError }, { DirectoryError, readDirectoryContent }, { createDirectory }] = await Promise.all([
    import('../../lib/config/config-file.ts'),
    import('../../lib/config/directory-content.ts'),
    import('../../lambda/directory/directory-file.ts'),
  ]);
  try {
    const content = readDirectoryContent(process.cwd(), known);
    const tell = (file: string, error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      io.stderr.write(`${printableLines(`${file} can't be read: ${reason}`)}\n`);
    };
    return { content, directory: createDirectory(() => content, tell) };
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailure(error.problems.join('\n'), EXIT.usage);
    if (error instanceof DirectoryError) throw new CommandFailure(error.message, EXIT.usage);
    throw error;
  }
}
