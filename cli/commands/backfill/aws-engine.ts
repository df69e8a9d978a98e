import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { executionName } from '../../../lambda/backfill/backfill-request.ts';
import { WorkBucket } from '../../../lambda/backfill/work-bucket.ts';
import { partitionOfRegion } from '../../../lambda/cloudtrail/record/arn.ts';
import { callerOf } from '../../aws/caller.ts';
import type { ConnectionOptions } from '../../aws/connection.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import type { Engine } from './engine.ts';

/** What Lambda answers where a function has thrown. */
const faultSchema = z.object({
  errorType: z.string().default('Error'),
  errorMessage: z.string().default('no message'),
});

/** A call of the function that lists may take as long as a function may run. */
const CALL_MILLISECONDS = 15 * 60_000 + 5_000;

/** The state machine of a deployment in AWS. */
export async function awsEngine({ deployment, awsRegion, awsProfile }: ConnectionOptions): Promise<Engine> {
  const common = {
    ...(awsRegion !== undefined && { region: awsRegion }),
    ...(awsProfile !== undefined && { profile: awsProfile }),
  };
  const clients = {
    s3: new S3Client(common),
    sfn: new SFNClient(common),
    // Another try would list again, and its answer may be on its way already.
    lambda: new LambdaClient({ ...common, maxAttempts: 1, requestHandler: { requestTimeout: CALL_MILLISECONDS } }),
    sts: new STSClient(common),
  };
  const { account, region } = await callerOf(clients.sts);
  const arn = (resource: string): string =>
    `arn:${partitionOfRegion(region)}:states:${region}:${account}:${resource}:${deployment}-backfill`;
  const FunctionName = `${deployment}-backfill-list`;
  const orExplain = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      const isMissing = error instanceof Error && /ResourceNotFound|StateMachineDoesNotExist/.test(error.name);
      if (!isMissing) throw error;
      throw new CommandFailure(
        `There is no backfill in ${region} of account ${account}. Are --deployment and --aws-region those of the audit stack?`,
        undefined,
        { cause: error },
      );
    }
  };
  return {
    isElsewhere: true,
    work: new WorkBucket(clients.s3, `${deployment}-backfill-${account}-${region}`),
    estimate: (event) =>
      orExplain(async () => {
        const Payload = JSON.stringify(event);
        const answer = await clients.lambda.send(new InvokeCommand({ FunctionName, Payload }));
        const payload: unknown = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8') || 'null');
        if (answer.FunctionError === undefined) return payload;
        const { errorType, errorMessage } = faultSchema.parse(payload);
        throw new CommandFailure(`${FunctionName} failed: ${errorType}: ${errorMessage}`);
      }),
    start: (input) =>
      orExplain(async () => {
        const name = executionName(input);
        await clients.sfn.send(
          new StartExecutionCommand({ stateMachineArn: arn('stateMachine'), name, input: JSON.stringify(input) }),
        );
      }),
    describe: async (name) => {
      try {
        const found = await clients.sfn.send(
          new DescribeExecutionCommand({ executionArn: `${arn('execution')}:${name}` }),
        );
        const { status = 'RUNNING', startDate = new Date(0), stopDate, error, cause } = found;
        return {
          status,
          startedAt: startDate.toISOString(),
          ...(stopDate !== undefined && { stoppedAt: stopDate.toISOString() }),
          ...(error !== undefined && { error }),
          ...(cause !== undefined && { cause }),
        };
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
        throw error;
      }
    },
    stop: async (name) => {
      const cause = 'trailwarden backfill stop';
      await clients.sfn.send(new StopExecutionCommand({ executionArn: `${arn('execution')}:${name}`, cause }));
    },
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
