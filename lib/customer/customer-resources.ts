import type { IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import type { CustomerTopic } from '../config/customer-settings.ts';

/**
 * What an app of your own has made already, as constructs: each stands for the setting of the same meaning, which names it
 * by its ARN. A key or topic that the app makes itself also gets the statements that it needs in its policy; of one that is
 * imported, its owner adds them (docs/constructs.md).
 */
export interface CustomerResources {
  /** Encrypts log objects and their announcements: `keys.logs`. */
  readonly logKey?: IKey;
  /** Encrypts tables, topics, the other buckets and the functions' logs: `keys.audit`. */
  readonly auditKey?: IKey;
  /** Where alerts and alarms go: `alerts.topics`. */
  readonly topics?: Readonly<Partial<Record<CustomerTopic, ITopic>>>;
  /** The keys that encrypt those topics: `alerts.topics.keys`. */
  readonly topicKeys?: readonly IKey[];
  /** The boundary of every role: `roles.permissionsBoundary`. */
  readonly permissionsBoundary?: IManagedPolicy;
}

/** The settings with the ARNs of what an app has made, which are known to CloudFormation alone. */
export function withResources(config: DeploymentConfig, given: CustomerResources): DeploymentConfig {
  const { logKey, auditKey, topics = {}, topicKeys, permissionsBoundary } = given;
  const arns = Object.fromEntries(Object.entries(topics).map(([name, topic]) => [name, topic.topicArn]));
  return {
    ...config,
    keys: {
      ...config.keys,
      ...(logKey !== undefined && { logs: logKey.keyArn }),
      ...(auditKey !== undefined && { audit: auditKey.keyArn }),
    },
    roles: {
      ...config.roles,
      ...(permissionsBoundary !== undefined && { permissionsBoundary: permissionsBoundary.managedPolicyArn }),
    },
    alerts: {
      ...config.alerts,
      topics: {
        ...config.alerts.topics,
        ...arns,
        ...(topicKeys !== undefined && { keys: topicKeys.map(({ keyArn }) => keyArn) }),
      },
    },
  };
}

/** A key of the customer's; undefined if the deployment makes its own. */
export function customerKey(scope: Construct, id: string, arn: string | undefined, given?: IKey): IKey | undefined {
  return given ?? (arn === undefined ? undefined : Key.fromKeyArn(scope, id, arn));
}

/** A topic of the customer's; undefined if the deployment makes its own. */
export function customerTopic(
  scope: Construct,
  id: string,
  arn: string | undefined,
  given?: ITopic,
): ITopic | undefined {
  return given ?? (arn === undefined ? undefined : Topic.fromTopicArn(scope, id, arn));
}
