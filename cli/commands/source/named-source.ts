import type { DeploymentConfig } from '../../../lib/config/config.ts';
import { readConfig } from '../../../lib/config/config-file.ts';
import { existingSources, type Home, homeOf } from '../../../lib/config/existing-sources.ts';
import type { ExistingSource } from '../../../lib/config/source-settings.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';

export interface NamedSource {
  readonly config: DeploymentConfig;
  readonly home: Home;
  readonly source: ExistingSource;
}

/**
 * A source of the settings file that trails write to already.
 * @throws CommandFailure if there is no such source, naming those that there are; ConfigError for a broken file.
 */
export function namedSource(name: string, file: string | undefined): NamedSource {
  const config = readConfig(process.cwd(), file);
  const known = existingSources(config);
  const source = known.find((one) => one.name === name);
  if (source === undefined) {
    const names = known.map((one) => one.name).join(', ');
    throw new CommandFailure(
      names === ''
        ? 'The settings file has no source of an existing bucket: see docs/sources.md.'
        : `There is no source ${name} of an existing bucket in the settings file; there are: ${names}.`,
      EXIT.usage,
    );
  }
  return { config, home: homeOf(config), source };
}
