import { CloudTrailClient, type CloudTrailClientConfig } from '@aws-sdk/client-cloudtrail';

const CONNECT_MILLISECONDS = 10_000;
const ANSWER_MILLISECONDS = 60_000;

export interface LookUpClientOptions extends Pick<CloudTrailClientConfig, 'endpoint' | 'credentials'> {
  readonly region: string;
  readonly profile?: string;
  /** Milliseconds that an answer may take. */
  readonly answerMilliseconds?: number;
}

/** A client for `pacedLookUp`: it makes no tries of its own, and a connection that says nothing is a fault like any other. */
export function createLookUpClient({
  answerMilliseconds = ANSWER_MILLISECONDS,
  ...options
}: LookUpClientOptions): CloudTrailClient {
  return new CloudTrailClient({
    ...options,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MILLISECONDS,
      requestTimeout: answerMilliseconds,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
    },
  });
}
