import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import type { AskedRight } from '../proxy/asked-right.ts';
import { type DeployedResource, NotDeployed, type Place, readStack } from './deployed-stack.ts';
import { documentSchema, type Statement } from './statement.ts';

/** A role of a function, or a managed policy for people, by its name. */
export interface Principal {
  readonly name: string;
  readonly statements: readonly Statement[];
  /**
   * What services do with the role, past the proxy: Lambda takes messages from a function's queues and writes its log, the
   * scheduler calls functions, and Step Functions begins the children of a Distributed Map.
   */
  readonly asksThroughServices: readonly AskedRight[];
}

/** What a deployment's templates grant, and what encrypts what. */
export interface Grants {
  readonly principals: ReadonlyMap<string, Principal>;
  /** The ARN of the key that a table, bucket, topic or queue is encrypted with; by its ARN. */
  readonly keys: ReadonlyMap<string, string>;
}

const STACKS = ['log-archive', 'data', 'audit', 'trail'] as const;

/** Reads the stacks of a deployment that are there. */
export async function readGrants(client: CloudFormationClient, deployment: string, place: Place): Promise<Grants> {
  const resources: DeployedResource[] = [];
  for (const stack of STACKS) {
    try {
      resources.push(...(await readStack(client, `${deployment}-${stack}`, place)));
    } catch (error) {
      // While the first deploy is under way, or after it failed.
      if (!(error instanceof NotDeployed)) throw error;
    }
  }
  const keys = keysOf(resources);
  return { principals: principalsOf(resources, keys), keys };
}

function principalsOf(
  resources: readonly DeployedResource[],
  keys: ReadonlyMap<string, string>,
): Map<string, Principal> {
  const principals = new Map<string, Principal>();
  const throughServices = new Map([
    ...lambdasOwn(resources, keys),
    ...schedulersOwn(resources),
    ...stateMachinesOwn(resources),
  ]);
  for (const { type, properties } of resources) {
    if (type === 'AWS::IAM::Policy') {
      const { PolicyDocument, Roles } = z
        .looseObject({ PolicyDocument: documentSchema, Roles: z.array(z.string()) })
        .parse(properties);
      for (const name of Roles) {
        principals.set(name, {
          name,
          statements: [...(principals.get(name)?.statements ?? []), ...PolicyDocument.Statement],
          asksThroughServices: throughServices.get(name) ?? [],
        });
      }
    }
    if (type === 'AWS::IAM::ManagedPolicy') {
      const { PolicyDocument, ManagedPolicyName: name } = z
        .looseObject({ PolicyDocument: documentSchema, ManagedPolicyName: z.string() })
        .parse(properties);
      principals.set(name, { name, statements: PolicyDocument.Statement, asksThroughServices: [] });
    }
  }
  return principals;
}

const functionSchema = z.looseObject({
  FunctionName: z.string(),
  Role: z.string(),
  LoggingConfig: z.looseObject({ LogGroup: z.string() }),
});
const mappingSchema = z.looseObject({ EventSourceArn: z.string(), FunctionName: z.string() });

/** "Using Lambda with Amazon SQS: execution role permissions", and "Lambda execution role: AWSLambdaBasicExecutionRole". */
function lambdasOwn(
  resources: readonly DeployedResource[],
  keys: ReadonlyMap<string, string>,
): Map<string, AskedRight[]> {
  const asked = new Map<string, AskedRight[]>();
  const mappings = resources
    .filter(({ type }) => type === 'AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => mappingSchema.parse(properties));
  const groups = new Map(
    resources.filter(({ type }) => type === 'AWS::Logs::LogGroup').map(({ arn }) => [arn.split(':').at(-2) ?? '', arn]),
  );
  for (const { type, properties } of resources) {
    if (type !== 'AWS::Lambda::Function') continue;
    const { FunctionName, Role, LoggingConfig } = functionSchema.parse(properties);
    const logs = groups.get(LoggingConfig.LogGroup) ?? '';
    const queues = mappings
      .filter((mapping) => mapping.FunctionName.endsWith(FunctionName))
      .map(({ EventSourceArn }) => EventSourceArn);
    asked.set(Role.split('/').at(-1) ?? '', [
      { action: 'logs:CreateLogStream', resource: logs },
      { action: 'logs:PutLogEvents', resource: logs },
      ...queues.flatMap((resource): AskedRight[] => [
        { action: 'sqs:ReceiveMessage', resource },
        { action: 'sqs:DeleteMessage', resource },
        { action: 'sqs:GetQueueAttributes', resource },
        ...(keys.has(resource)
          ? [{ action: 'kms:Decrypt', resource: keys.get(resource) ?? '', context: viaService('sqs', resource) }]
          : []),
      ]),
    ]);
  }
  return asked;
}

const scheduleSchema = z.looseObject({ Target: z.looseObject({ Arn: z.string(), RoleArn: z.string() }) });

function schedulersOwn(resources: readonly DeployedResource[]): Map<string, AskedRight[]> {
  const schedules = resources.filter(({ type }) => type === 'AWS::Scheduler::Schedule');
  return new Map(
    schedules.map(({ properties }) => {
      const { Target } = scheduleSchema.parse(properties);
      const action = Target.Arn.includes(':sqs:') ? 'sqs:SendMessage' : 'lambda:InvokeFunction';
      return [Target.RoleArn.split('/').at(-1) ?? '', [{ action, resource: Target.Arn }]];
    }),
  );
}

const stateMachineSchema = z.looseObject({ StateMachineName: z.string(), RoleArn: z.string() });

/**
 * "IAM policies for using Distributed Map states": children are executions of the same state machine, which it begins,
 * follows and stops. What it asks of functions and buckets goes through the proxy.
 */
function stateMachinesOwn(resources: readonly DeployedResource[]): Map<string, AskedRight[]> {
  const machines = resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  return new Map(
    machines.map(({ arn, properties }) => {
      const { RoleArn, StateMachineName } = stateMachineSchema.parse(properties);
      const child = arn.replace(/:stateMachine:.*$/, `:execution:${StateMachineName}:child`);
      return [
        RoleArn.split('/').at(-1) ?? '',
        [
          { action: 'states:StartExecution', resource: arn },
          { action: 'states:DescribeExecution', resource: child },
          { action: 'states:StopExecution', resource: child },
        ],
      ];
    }),
  );
}

export function viaService(service: string, resource: string): Record<string, readonly string[]> {
  return { 'kms:ViaService': [`${service}.${resource.split(':')[3]}.amazonaws.com`] };
}

const ENCRYPTED = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue'];

function keysOf(resources: readonly DeployedResource[]): Map<string, string> {
  return new Map(
    resources.flatMap(({ type, arn, properties }) => {
      const [, key] = /"K[Mm][Ss]MasterKeyI[Dd]":"([^"]+)"/.exec(JSON.stringify(properties)) ?? [];
      return ENCRYPTED.includes(type) && key !== undefined ? [[arn, key] as const] : [];
    }),
  );
}
