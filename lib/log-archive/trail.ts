import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { AdvancedEventSelector, DeploymentConfig } from '../config/config.ts';
import type { LogBucket } from './log-bucket.ts';

export interface TrailProps {
  readonly trail: DeploymentConfig['trail'];
  readonly bucket: LogBucket;
  readonly key: IKey;
}

/**
 * The trail: every region, global services, log file validation, encrypted with the log key. Management events are
 * always recorded; data and network activity events as the configuration selects them.
 *
 * On CfnTrail, because CDK's Trail knows no advanced event selectors and puts no `aws:SourceArn` into the bucket's
 * policy.
 */
export class Trail extends CfnTrail {
  constructor(scope: Construct, id: string, { trail, bucket, key }: TrailProps) {
    super(scope, id, {
      trailName: trail.name,
      s3BucketName: bucket.bucketName,
      ...(trail.keyPrefix === '' ? {} : { s3KeyPrefix: trail.keyPrefix }),
      kmsKeyId: key.keyArn,
      isLogging: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      advancedEventSelectors: [
        { name: 'Management events', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
        ...trail.advancedEventSelectors.map((selector) => withoutTheLogBucket(selector, bucket.bucketArn)),
      ],
      ...(trail.insights.length === 0
        ? {}
        : { insightSelectors: trail.insights.map((insightType) => ({ insightType })) }),
    });
    // CloudTrail tries bucket and key when the trail is created. Nothing in the template says so otherwise.
    this.node.addDependency(bucket, key);
  }
}

/**
 * A selector of all S3 objects would record ingest's reads of the log bucket, whose records would be delivered there
 * and read again, without end.
 */
function withoutTheLogBucket(
  { name, fieldSelectors }: AdvancedEventSelector,
  bucketArn: string,
): CfnTrail.AdvancedEventSelectorProperty {
  const selectors = fieldSelectors.map(
    ({ field, equals, ...others }): CfnTrail.AdvancedFieldSelectorProperty => ({ field, equalTo: equals, ...others }),
  );
  const ofS3Objects = fieldSelectors.some(
    ({ field, equals }) => field === 'resources.type' && equals?.includes('AWS::S3::Object'),
  );
  const ofCertainBuckets = fieldSelectors.some(
    ({ field, equals, startsWith }) => field === 'resources.ARN' && (equals ?? startsWith) !== undefined,
  );
  if (!ofS3Objects || ofCertainBuckets) {
    return { name, fieldSelectors: selectors };
  }
  const notTheLogBucket = `${bucketArn}/`;
  const byArn = selectors.find(({ field }) => field === 'resources.ARN');
  return {
    name,
    fieldSelectors: [
      ...selectors.filter((selector) => selector !== byArn),
      { ...byArn, field: 'resources.ARN', notStartsWith: [...(byArn?.notStartsWith ?? []), notTheLogBucket] },
    ],
  };
}
