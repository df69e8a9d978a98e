import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface AuditKeyProps {
  readonly deployment: string;
}

/**
 * The one key of the audit stack: tables, topics, quarantine bucket and the functions' log groups. A key a resource
 * would cost a dollar a month each and protect nothing more: whoever may read the index may read its alerts.
 *
 * A customer key, because AWS's own key for SNS can't be used by CloudWatch alarms.
 */
export class AuditKey extends Key {
  constructor(scope: Construct, id: string, { deployment }: AuditKeyProps) {
    super(scope, id, {
      alias: `${deployment}-audit`,
      description: `${deployment}: audit index, alerts, quarantined records and function logs`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    for (const statement of auditKeyStatements(deployment)) this.addToResourcePolicy(statement);
  }
}

/** What the policy of the audit stack's key allows beside the use by IAM's policies, also if a customer made the key. */
export function auditKeyStatements(deployment: string): PolicyStatement[] {
  return [
    new PolicyStatement({
      // The two conditions that "Amazon SNS key management" shows: an encryption context is documented nowhere for alarms.
      sid: 'AllowAlarmsToPublish',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: { 'aws:SourceArn': alarmArns(deployment) },
      },
    }),
    new PolicyStatement({
      // CloudWatch Logs names the log group in the encryption context and asks for the condition on it.
      sid: 'AllowLogGroups',
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:/aws/lambda/${deployment}-*`,
        },
      },
    }),
  ];
}

/** The ARNs of the deployment's alarms, which are created after the key and the topic that they publish to. */
export function alarmArns(deployment: string): string {
  return `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:${deployment}-*`;
}
