import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { readBackfillListEnvironment } from '../../runtime/environment.ts';
import { withoutLog } from '../../runtime/without-log.ts';
import { wireList } from './wiring.ts';

/** The Lambda function. Its settings come from its environment. */
export const handler = wireList({
  environment: readBackfillListEnvironment(process.env),
  dynamodb: withoutLog(new DynamoDBClient({})),
  s3: withoutLog(new S3Client({})),
});
