import { shellWord } from '../../lambda/shared/shell-word.ts';
import type { Io } from '../output/process-io.ts';
import type { ConnectionOptions } from './connection.ts';

/** What npm sets for a script of package.json: in a checkout, the command line is one. */
const SCRIPT = 'trailwarden';

/**
 * A command line as it can be typed where this one was: with the name that the program has there, and with the options
 * that say which index is asked.
 * @param args not quoted.
 */
export function ownCommand(
  args: readonly string[],
  options: Partial<ConnectionOptions>,
  { env }: Pick<Io, 'env'>,
): string {
  const program = env.npm_lifecycle_event === SCRIPT ? `npm run -s ${SCRIPT} --` : SCRIPT;
  return [program, ...[...args, ...connectionArgs(options)].map(shellWord)].join(' ');
}

const DEFAULTS = { deployment: 'trailwarden' } as const;

function connectionArgs(options: Partial<ConnectionOptions>): readonly string[] {
  const { local, data, config, deployment, awsRegion, awsProfile } = options;
  if (data !== undefined) return ['--data', data];
  if (local === true) return ['--local'];
  return [
    ...named('--config', config),
    ...named('--deployment', config !== undefined || deployment === DEFAULTS.deployment ? undefined : deployment),
    ...named('--aws-region', config !== undefined ? undefined : awsRegion),
    ...named('--aws-profile', awsProfile),
  ];
}

function named(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}
