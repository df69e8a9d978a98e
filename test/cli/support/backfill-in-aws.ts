import {
  InvokeCommand,
  LambdaClient,
  type LambdaClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type AwsStub, mockClient } from 'aws-sdk-client-mock';
import { executionInputSchema } from '../../../lambda/backfill/backfill-request.ts';
import { readBackfillBatchEnvironment, readBackfillListEnvironment } from '../../../lambda/runtime/environment.ts';
import { BackfillBed } from '../../backfill/backfill-bed.ts';
import type { Deployment } from '../../support/deployment.ts';
import { type AskedRight, ofFunctions } from './recorded-calls.ts';

/** The account and region that commands ask in. */
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

/** Step Functions and Lambda as far as backfills use them, over the embedded AWS. */
export interface BackfillInAws {
  readonly bed: BackfillBed;
  /** Answers calls of functions; other calls of Lambda may be added. */
  readonly lambda: AwsStub<ServiceInputTypes, ServiceOutputTypes, LambdaClientResolvedConfig>;
  /** The rights that calls have asked for since the last time, named as the audit stack's template names them. */
  takeAsked(): readonly AskedRight[];
  /** Resolves once all executions have ended. */
  settled(): Promise<void>;
  stop(): void;
}

/** Stands in for both services, which no embedded AWS has, until the mocks of all clients are restored. */
export async function backfillInAws(deployment: Deployment): Promise<BackfillInAws> {
  const { aws } = deployment;
  const { resources, clients } = aws;
  const name = resources.deployment;
  // As a deployment names it.
  const WORK_BUCKET = `${name}-backfill-${ACCOUNT}-${REGION}`;
  await clients.s3.send(new CreateBucketCommand({ Bucket: WORK_BUCKET }));
  const bed = new BackfillBed(deployment, {
    list: { environment: { ...readBackfillListEnvironment(resources.variables.backfillList), WORK_BUCKET } },
    batch: { environment: { ...readBackfillBatchEnvironment(resources.variables.backfillBatch), WORK_BUCKET } },
    workBucket: WORK_BUCKET,
  });
  mockClient(STSClient)
    .on(GetCallerIdentityCommand)
    .resolves({ Arn: `arn:aws:iam::${ACCOUNT}:user/alice`, Account: ACCOUNT, UserId: 'AIDAEXAMPLE' });
  const running: Promise<unknown>[] = [];
  const asked: AskedRight[] = [];
  const lambda = mockClient(LambdaClient);
  lambda.on(InvokeCommand).callsFake(async ({ FunctionName, Payload }: { FunctionName: string; Payload: string }) => {
    asked.push({ action: 'lambda:InvokeFunction', resource: FunctionName });
    try {
      return {
        Payload: Buffer.from(
          JSON.stringify(await ofFunctions.run(true, () => bed.executions.list(JSON.parse(Payload)))),
        ),
      };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
    }
  });
  const states = mockClient(SFNClient);
  const ask = (action: string, arn: string): void => {
    // The template is of another account and region.
    const resource = arn.replace(`:${REGION}:${ACCOUNT}:`, ':eu-central-1:111122223333:');
    asked.push({ action: `states:${action}`, resource });
  };
  states.on(StartExecutionCommand).callsFake(async (call: { stateMachineArn: string; input: string }) => {
    ask('StartExecution', call.stateMachineArn);
    running.push(ofFunctions.run(true, () => bed.executions.run(executionInputSchema.parse(JSON.parse(call.input)))));
    return {};
  });
  const lastOf = (arn: string): string => arn.split(':').at(-1) ?? '';
  states.on(DescribeExecutionCommand).callsFake(async ({ executionArn }: { executionArn: string }) => {
    ask('DescribeExecution', executionArn);
    const found = await ofFunctions.run(true, () => bed.executions.describe(lastOf(executionArn)));
    if (found === undefined) throw Object.assign(new Error('none'), { name: 'ExecutionDoesNotExist' });
    const { startedAt, stoppedAt, ...rest } = found;
    return { ...rest, startDate: new Date(startedAt), ...(stoppedAt && { stopDate: new Date(stoppedAt) }) };
  });
  states.on(StopExecutionCommand).callsFake(async ({ executionArn }: { executionArn: string }) => {
    ask('StopExecution', executionArn);
    await ofFunctions.run(true, () => bed.executions.stop(lastOf(executionArn)));
    return {};
  });
  return {
    bed,
    lambda,
    takeAsked: () => asked.splice(0),
    settled: async () => {
      await Promise.all(running);
    },
    stop: () => {
      bed.stop();
      lambda.restore();
      states.restore();
    },
  };
}
