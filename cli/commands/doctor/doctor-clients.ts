import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { partitionOfRegion } from '../../../lambda/cloudtrail/record/arn.ts';
import type { ConnectionOptions } from '../../aws/connection.ts';

/** The services whose settings are looked at. */
export interface DoctorClients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudTrail: CloudTrailClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly sts: STSClient;
}

/** A deployment in AWS, and how its resources are named there. */
export interface DoctorTarget {
  readonly clients: DoctorClients;
  readonly deployment: string;
  readonly account: string;
  readonly region: string;
  /** `arn:PARTITION:SERVICE:REGION:ACCOUNT:REST` */
  arn(service: string, rest: string): string;
}

export function doctorClients({ awsRegion, awsProfile }: ConnectionOptions): DoctorClients {
  const common = {
    ...(awsRegion !== undefined && { region: awsRegion }),
    ...(awsProfile !== undefined && { profile: awsProfile }),
  };
  return {
    cloudFormation: new CloudFormationClient(common),
    cloudTrail: new CloudTrailClient(common),
    dynamodb: new DynamoDBClient(common),
    lambda: new LambdaClient(common),
    s3: new S3Client(common),
    sns: new SNSClient(common),
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: false }),
    sts: new STSClient(common),
  };
}

export function doctorTarget(
  clients: DoctorClients,
  { deployment, account, region }: Pick<DoctorTarget, 'deployment' | 'account' | 'region'>,
): DoctorTarget {
  const arn = (service: string, rest: string) =>
    `arn:${partitionOfRegion(region)}:${service}:${region}:${account}:${rest}`;
  return { clients, deployment, account, region, arn };
}
