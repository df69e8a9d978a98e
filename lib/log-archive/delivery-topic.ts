import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { topicName } from '../config/resource-names.ts';
import type { NotifyingBucket } from './notifying-buckets.ts';

export interface DeliveryTopicProps {
  readonly deployment: string;
  readonly key: IKey;
  /** Who publishes. */
  readonly buckets: readonly NotifyingBucket[];
}

/**
 * The bucket tells this topic of every new object, and queues subscribe to it: S3 refuses notifications that overlap,
 * and ingest is not the only one that wants the same files.
 */
export class DeliveryTopic extends Topic {
  constructor(scope: Construct, id: string, { deployment, key, buckets }: DeliveryTopicProps) {
    super(scope, id, {
      topicName: topicName(deployment, 'delivery'),
      displayName: `${deployment}: CloudTrail delivered a file`,
      masterKey: key,
      enforceSSL: true,
    });
    for (const { name, arn, account } of buckets) {
      this.addToResourcePolicy(
        new PolicyStatement({
          sid: `Allow${name}ToPublish`,
          principals: [new ServicePrincipal('s3.amazonaws.com')],
          actions: ['sns:Publish'],
          resources: [this.topicArn],
          conditions: { ArnEquals: { 'aws:SourceArn': arn }, StringEquals: { 'aws:SourceAccount': account } },
        }),
      );
    }
  }
}
