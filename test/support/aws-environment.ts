import type { EmbeddedAws } from './embedded-aws.ts';

/** Points the AWS SDK's own environment variables at an embedded AWS, as for commands that connect by themselves. */
export function useAwsEnvironment({ endpoints }: EmbeddedAws): () => void {
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
  });
  return () => {
    process.env = before;
  };
}
