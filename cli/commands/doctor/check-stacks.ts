import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { TABLES, type TableName, tableName } from '../../../lambda/store/schema.ts';
import { ownVersion } from '../../output/own-version.ts';
import { STACKS } from '../protect/protect.ts';
import type { Checked } from './check.ts';
import type { DoctorTarget } from './doctor-clients.ts';

/** The stacks of a deployment that are there, by what follows its name. */
export type DeployedStacks = ReadonlyMap<(typeof STACKS)[number], Stack>;

/** @throws the SDK's errors, except for a stack that isn't there. */
export async function findStacks({ clients, deployment }: DoctorTarget): Promise<DeployedStacks> {
  const found = await Promise.all(
    STACKS.map(async (name) => {
      try {
        const { Stacks: [stack] = [] } = await clients.cloudFormation.send(
          new DescribeStacksCommand({ StackName: `${deployment}-${name}` }),
        );
        return stack === undefined ? [] : [[name, stack] as const];
      } catch (error) {
        // "ValidationError: Stack with id … does not exist"
        if (error instanceof Error && / does not exist$/.test(error.message)) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}

/** What a stack says of itself, by the name of the output. */
export function outputOf(stacks: DeployedStacks, stack: (typeof STACKS)[number], output: string): string | undefined {
  return stacks.get(stack)?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
}

const SETTLED = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/;

/** @param trailStack whether there is one of a trail: not where all trails are there already. */
export function checkStacks(stacks: DeployedStacks, deployment: string, trailStack = true): readonly Checked[] {
  const check = 'stacks';
  const missing = STACKS.filter((name) => !stacks.has(name) && (trailStack || name !== 'trail'));
  const unsettled = [...stacks].filter(([, { StackStatus = '' }]) => !SETTLED.test(StackStatus));
  const troubles = [
    ...missing.map((name) => `${deployment}-${name} is not there`),
    ...unsettled.map(([name, { StackStatus }]) => `${deployment}-${name} is ${StackStatus}`),
  ];
  if (troubles.length === 0) return [{ check, state: 'ok', says: 'all are there, and none has a deploy that failed' }];
  return [
    {
      check,
      state: unsettled.some(([, { StackStatus = '' }]) => StackStatus.endsWith('_IN_PROGRESS')) ? 'waiting' : 'wrong',
      says: troubles.join('; '),
      todo: 'npx cdk deploy --all. Where it fails, docs/runbook.md, "When the first deploy fails", says how to go on.',
    },
  ];
}

export function checkVersion(stacks: DeployedStacks): readonly Checked[] {
  const check = 'version';
  const deployed = outputOf(stacks, 'audit', 'version');
  const own = ownVersion();
  if (deployed === own) return [{ check, state: 'ok', says: `${own}, here and in the deployment` }];
  return [
    {
      check,
      state: 'wrong',
      says: `the deployment is ${deployed ?? 'of a version that does not say which it is'}, this command line ${own}`,
      todo: 'Use the checkout that was deployed, or deploy this one: npx cdk deploy --all.',
    },
  ];
}

/** Whether stacks and tables can be deleted by mistake. */
export async function checkProtection(
  { clients, deployment }: DoctorTarget,
  stacks: DeployedStacks,
): Promise<readonly Checked[]> {
  // Made from the keys of TABLES.
  const tables = Object.keys(TABLES) as TableName[];
  const open = await Promise.all(
    tables.map(async (name) => {
      const { Table } = await clients.dynamodb.send(
        new DescribeTableCommand({ TableName: tableName(deployment, name) }),
      );
      return Table?.DeletionProtectionEnabled === true ? [] : [`table ${tableName(deployment, name)}`];
    }),
  );
  const unprotected = [
    ...[...stacks].flatMap(([name, stack]) =>
      stack.EnableTerminationProtection ? [] : [`stack ${deployment}-${name}`],
    ),
    ...open.flat(),
  ];
  const check = 'protection';
  if (unprotected.length === 0)
    return [{ check, state: 'ok', says: 'stacks and tables can not be deleted by mistake' }];
  return [
    {
      check,
      state: 'wrong',
      says: `not protected against being deleted: ${unprotected.join(', ')}`,
      todo: 'trailwarden protect, then protected: true in trailwarden.yaml, so that later deploys keep it.',
    },
  ];
}
