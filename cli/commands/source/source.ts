import { Command } from 'commander';
import type { Io } from '../../output/process-io.ts';
import { checkCommand } from './check-command.ts';
import { connectCommand, disconnectCommand } from './connect-command.ts';
import { policyCommand } from './policy-command.ts';

/** `trailwarden source`: what buckets that trails write to already need, so that the deployment can read them. */
export function sourceCommand(io: Io): Command {
  return new Command('source')
    .description('Prints what owners of existing buckets must allow, adds bucket notifications, and checks them.')
    .addCommand(policyCommand(io))
    .addCommand(connectCommand(io))
    .addCommand(disconnectCommand(io))
    .addCommand(checkCommand(io));
}
