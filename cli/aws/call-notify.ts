import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ResolvedMessage } from '../../lambda/alerts/messages/resolved-message.ts';
import { type ResolveAnswer, resolveAnswerSchema } from '../../lambda/notify/resolving.ts';
import { type TestAnswer, testAnswerSchema } from '../../lambda/notify/test-call.ts';
import { CommandFailure } from '../output/exit-codes.ts';
import type { ConnectionOptions } from './connection.ts';

/** A test of a channel. */
export interface ChannelTest {
  readonly channel: string;
  /** JSON of the published schema. */
  readonly message: string;
}

/**
 * Has the deployed function send a message through a channel, and waits for what the other side answers.
 * @throws CommandFailure if the deployment has no channels of its own, or the function crashed; the SDK's errors.
 */
export async function callNotify(options: ConnectionOptions, test: ChannelTest): Promise<TestAnswer> {
  return testAnswerSchema.parse(await invoke(options, { test }));
}

/**
 * Has the deployed function queue that an alert is resolved, for the channels that have something to end.
 * @throws as `callNotify`.
 */
export async function callResolve(options: ConnectionOptions, resolve: ResolvedMessage): Promise<ResolveAnswer> {
  return resolveAnswerSchema.parse(await invoke(options, { resolve }));
}

async function invoke(options: ConnectionOptions, payload: object): Promise<unknown> {
  const { deployment, awsRegion, awsProfile, local, data } = options;
  if (local === true || data !== undefined) {
    throw new CommandFailure('Channels of alerts.channels exist only in AWS: leave out --local and --data.');
  }
  const lambda = new LambdaClient({
    ...(awsRegion !== undefined && { region: awsRegion }),
    ...(awsProfile !== undefined && { profile: awsProfile }),
  });
  const FunctionName = `${deployment}-notify`;
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload) }),
    );
    if (FunctionError !== undefined) {
      throw new CommandFailure(`${FunctionName} failed: its log group /aws/lambda/${FunctionName} says why.`);
    }
    return JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw new CommandFailure(
      `There is no function ${FunctionName}. Is --deployment right, --aws-region that of the audit stack, and are alerts.channels deployed?`,
      undefined,
      { cause: error },
    );
  } finally {
    lambda.destroy();
  }
}
