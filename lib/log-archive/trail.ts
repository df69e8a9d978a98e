import { Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { AdvancedEventSelector, DeploymentConfig } from '../config/config.ts';
import { newTrail } from '../config/existing-sources.ts';
import type { LogBucket } from './log-bucket.ts';
import { ownResources } from './own-resources.ts';

export interface TrailProps {
  readonly config: Pick<DeploymentConfig, 'deployment' | 'trail' | 'alerts' | 'sources'>;
  readonly bucket: LogBucket;
  readonly key: IKey;
}

/**
 * The trail: every region, global services, log file validation, encrypted with the log key. Management events are
 * recorded except for those of the sources that the configuration excludes; data and network activity events as the
 * configuration selects them.
 *
 * On CfnTrail, because CDK's Trail knows no advanced event selectors and puts no `aws:SourceArn` into the bucket's
 * policy.
 */
export class Trail extends CfnTrail {
  constructor(scope: Construct, id: string, { config, bucket, key }: TrailProps) {
    const { trail } = config;
    const own = ownResources(Stack.of(scope), config);
    super(scope, id, {
      trailName: trail.name,
      s3BucketName: bucket.bucketName,
      ...(trail.keyPrefix === '' ? {} : { s3KeyPrefix: trail.keyPrefix }),
      kmsKeyId: key.keyArn,
      isLogging: true,
      isMultiRegionTrail: true,
      ...(newTrail(config)?.type === 'organization-trail' && { isOrganizationTrail: true }),
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      advancedEventSelectors: [
        managementEvents(trail.excludeManagementEventSources),
        ...trail.advancedEventSelectors.map((selector) => withoutOurselves(selector, own)),
      ],
      ...(trail.aggregations.length > 0 && {
        aggregationConfigurations: [{ eventCategory: 'Data', templates: [...new Set(trail.aggregations)] }],
      }),
      ...(trail.insights.length === 0
        ? {}
        : { insightSelectors: trail.insights.map((insightType) => ({ insightType })) }),
    });
  }
}

function managementEvents(excluded: readonly string[]): CfnTrail.AdvancedEventSelectorProperty {
  return {
    name: 'Management events',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Management'] },
      ...(excluded.length === 0 ? [] : [{ field: 'eventSource', notEquals: [...new Set(excluded)] }]),
    ],
  };
}

/** A selector of data events, whatever it selects, never records what Trailwarden itself does. */
function withoutOurselves(
  { name, fieldSelectors }: AdvancedEventSelector,
  own: ReturnType<typeof ownResources>,
): CfnTrail.AdvancedEventSelectorProperty {
  const selectors = fieldSelectors.map(
    ({ field, equals, ...others }): CfnTrail.AdvancedFieldSelectorProperty => ({ field, equalTo: equals, ...others }),
  );
  const types = fieldSelectors.flatMap(({ field, equals = [] }) => (field === 'resources.type' ? equals : []));
  const leftOut = types.flatMap((type) => own[type] ?? []);
  const notEquals = leftOut.flatMap((it) => it.notEquals ?? []);
  const notStartsWith = leftOut.flatMap((it) => it.notStartsWith ?? []);
  if (notEquals.length + notStartsWith.length === 0) return { name, fieldSelectors: selectors };
  const byArn = selectors.find(({ field }) => field === 'resources.ARN');
  // Of one field, what is left out wins over what is selected ("How CloudTrail evaluates multiple conditions for a field").
  return {
    name,
    fieldSelectors: [
      ...selectors.filter((selector) => selector !== byArn),
      {
        ...byArn,
        field: 'resources.ARN',
        ...(notEquals.length > 0 && { notEquals: [...(byArn?.notEquals ?? []), ...notEquals] }),
        ...(notStartsWith.length > 0 && { notStartsWith: [...(byArn?.notStartsWith ?? []), ...notStartsWith] }),
      },
    ],
  };
}
