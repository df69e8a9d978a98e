import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { Command } from 'commander';
import { TABLES, type TableName, tableName } from '../../../lambda/store/schema.ts';
import { type ConnectionOptions, withConnection } from '../../aws/connection.ts';
import { ownCommand } from '../../aws/own-command.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';

interface ProtectOptions extends ConnectionOptions {
  readonly check?: true;
}

/** The stacks of a deployment, by what follows its name. */
export const STACKS = ['log-archive', 'data', 'audit', 'trail'] as const;

const HELP = `
Protects the stacks against being deleted, and the tables too. The templates do neither: a first deploy that fails must be
able to take everything back. So this is the last step of a first deploy. It may be run again at any time.

Then set "protected: true" in trailwarden.yaml. Without it, the next deploy takes the protection off the stacks; that of
the tables stays.

Exit codes: 0 all is protected; 1 something isn't, or couldn't be; 2 the command line is wrong.

Examples:
  $ trailwarden protect
  $ trailwarden protect --check       change nothing; say what isn't protected
`;

/** `trailwarden protect`: the last step of a first deploy. */
export function protectCommand(io: Io): Command {
  const command = new Command('protect')
    .description('Protects the stacks and tables of a deployment against being deleted.')
    .option('--check', 'only say what is protected and what is not');
  return withConnection(command)
    .addHelpText('after', HELP)
    .action((options: ProtectOptions) => protect(options, io));
}

/** Something that can be protected. */
interface Guarded {
  readonly name: string;
  isProtected(): Promise<boolean>;
  protect(): Promise<void>;
}

/** One that fails stops no other: a later run does what is left. */
async function protect(options: ProtectOptions, io: Io): Promise<void> {
  if (options.local === true || options.data !== undefined) {
    throw new CommandFailure('On this machine there is nothing to protect: leave out --local and --data.', EXIT.usage);
  }
  const { deployment, awsRegion, awsProfile, trailStack = true } = options;
  const common = {
    ...(awsRegion !== undefined && { region: awsRegion }),
    ...(awsProfile !== undefined && { profile: awsProfile }),
  };
  const cloudFormation = new CloudFormationClient(common);
  const dynamodb = new DynamoDBClient(common);
  let failures = 0;
  try {
    // Made from the keys of TABLES.
    const tables = Object.keys(TABLES) as TableName[];
    const all = [
      ...STACKS.filter((name) => trailStack || name !== 'trail').map((name) =>
        stack(cloudFormation, `${deployment}-${name}`),
      ),
      ...tables.map((name) => table(dynamodb, tableName(deployment, name))),
    ];
    for (const guarded of all) {
      const { text, isDone } = await settle(guarded, options.check === true);
      io.stdout.write(`${text}: ${guarded.name}\n`);
      if (!isDone) failures++;
    }
  } finally {
    cloudFormation.destroy();
    dynamodb.destroy();
  }
  if (failures > 0) {
    throw new CommandFailure(
      options.check
        ? `${failures} not protected: run ${ownCommand(['protect'], options, io)}.`
        : `${failures} could not be protected. Remove the cause, and run it again.`,
    );
  }
}

async function settle(
  guarded: Guarded,
  isCheck: boolean,
): Promise<{ readonly text: string; readonly isDone: boolean }> {
  try {
    if (await guarded.isProtected()) return { text: 'protected already', isDone: true };
    if (isCheck) return { text: 'NOT protected', isDone: false };
    await guarded.protect();
    return { text: 'protected now', isDone: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { text: `FAILED (${reason})`, isDone: false };
  }
}

function stack(client: CloudFormationClient, StackName: string): Guarded {
  return {
    name: `stack ${StackName}`,
    isProtected: async () => {
      const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      return found?.EnableTerminationProtection === true;
    },
    protect: async () => {
      await client.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: true }));
    },
  };
}

function table(client: DynamoDBClient, TableName: string): Guarded {
  return {
    name: `table ${TableName}`,
    isProtected: async () => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      return Table?.DeletionProtectionEnabled === true;
    },
    protect: async () => {
      await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
    },
  };
}
