import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DYNAMODB_CLIENT } from '../../lambda/store/dynamo/client-settings.ts';
import { type Endpoints, REGION } from '../emulators/endpoints.ts';

/** One client a service, all of the embedded AWS. */
export interface Clients {
  readonly endpoints: Endpoints;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  /** Closes their connections. */
  destroy(): void;
}

/** The emulators check no credentials, but the SDK looks for some, and must never find the user's own. */
const credentials = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };

/** Clients of the embedded AWS. They ignore the user's region, profile and credentials. */
export function createClients(endpoints: Endpoints): Clients {
  const common = { region: REGION, credentials };
  const dynamodb = new DynamoDBClient({ ...common, ...DYNAMODB_CLIENT, endpoint: endpoints.dynamodb });
  const s3 = new S3Client({ ...common, endpoint: endpoints.s3, forcePathStyle: true });
  const sns = new SNSClient({ ...common, endpoint: endpoints.sns });
  const sqs = new SQSClient({ ...common, endpoint: endpoints.sqs });
  const destroy = () => {
    for (const client of [dynamodb, s3, sns, sqs]) client.destroy();
  };
  return { endpoints, dynamodb, s3, sns, sqs, destroy };
}
