import { Command } from 'commander';
import { counted } from '../../../lambda/shared/counted.ts';
import { readConfig } from '../../../lib/config/config-file.ts';
import { homeOf, logSourcesOf } from '../../../lib/config/existing-sources.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';
import { checkNotifications } from './check-notifications.ts';
import { deliveryTopicArn } from './connect-command.ts';

const HELP = `
Verify looks every half hour too, and the alarm source-notification-missing rings where a notification is gone.

Exit codes: 0 every bucket announces its objects; 1 one doesn't, or couldn't be asked; 2 the command line is wrong.

Examples:
  $ trailwarden source check
`;

/** `trailwarden source check`: whether the buckets of the sources still announce their objects. */
export function checkCommand(io: Io): Command {
  const command = new Command('check').description('Says of each source whether its objects are still announced.');
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: ConnectionOptions) => check(options, io));
}

async function check(options: ConnectionOptions, io: Io): Promise<void> {
  if (options.local === true || options.data !== undefined) {
    throw new CommandFailure('On this machine there are no sources: leave out --local and --data.', EXIT.usage);
  }
  const config = readConfig(process.cwd(), options.config);
  const sources = logSourcesOf(config);
  const checks = await connected(options, async ({ s3 }) => {
    if (sources.length === 0) return [];
    const home = homeOf(config);
    return checkNotifications(s3, { deployment: home.deployment, topic: deliveryTopicArn(home) }, sources);
  });
  for (const { name, state, says, todo } of checks) {
    io.stdout.write(`${state === 'ok' ? 'ok  ' : 'FAIL'}  ${name}: ${says}${todo === undefined ? '' : `: ${todo}`}\n`);
  }
  if (checks.length === 0) io.stdout.write('The settings file has no source of an existing bucket.\n');
  const failures = checks.filter(({ state }) => state !== 'ok').length;
  if (failures > 0) throw new CommandFailure(`${failures} of ${counted(checks.length, 'source')}: see above.`);
}
