import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config/config.ts';
import { fetchesNames } from '../config/names-settings.ts';
import { functionName, iamName } from '../config/resource-names.ts';
import type { AlertTopics } from '../stores/alert-topics.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { alertingVariables } from './alerting-variables.ts';
import { AuditFunction, type FunctionSettings } from './audit-function.ts';
import { acknowledgeNames, fetchNames } from './permissions/names-permissions.ts';
import {
  askSuppressions,
  correlate,
  onTable,
  publishTo,
  queueForChannels,
  readNames,
  updateBookkeeping,
  useAuditKey,
  useTopicKeys,
} from './permissions/permissions.ts';

export interface SweepProps {
  readonly config: DeploymentConfig;
  readonly settings: FunctionSettings;
  readonly tables: AuditTables['tables'];
  readonly topics: AlertTopics;
}

/** Every minute: what other functions left behind, and what only time can decide. */
export class Sweep extends AuditFunction {
  constructor(scope: Construct, id: string, props: SweepProps) {
    const { config, settings, tables, topics } = props;
    super(scope, id, {
      ...settings,
      name: 'sweep',
      description: 'Publishes pending alerts and summaries, judges closed windows, names overdue digests',
      timeout: Duration.minutes(1),
      memorySize: 512,
      environment: alertingVariables(props),
      statements: [
        onTable(
          'TakeOverPendingAlerts',
          tables.alerts,
          ['dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          ['by-state', 'by-storm'],
        ),
        onTable('CountFindings', tables.findings, ['dynamodb:PutItem', 'dynamodb:Query'], ['by-alert']),
        updateBookkeeping(tables),
        askSuppressions(tables),
        correlate(tables, ['by-due']),
        onTable(
          'FollowDigestChains',
          tables.ledger,
          ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          ['by-state'],
        ),
        publishTo(topics.published),
        ...useTopicKeys(topics),
        ...queueForChannels(config),
        ...readNames(config, ['s3:GetObject', 's3:PutObject']),
        ...fetchNames(config),
        useAuditKey(settings.key, config, fetchesNames(config.names) ? ['dynamodb', 's3', 'sns'] : ['dynamodb', 'sns']),
      ],
    });
    acknowledgeNames(this.role, config);
    // A run that failed isn't repeated: the next minute's run does the same work, and an alarm rings after several
    // failures.
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Schedule(this, 'EveryMinute', {
      scheduleName: functionName(config.deployment, 'sweep'),
      description: `${config.deployment}: sweep`,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(this.function, {
        role: this.scheduleRole(config.deployment),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
  }
  /** A role of its own, as CDK's may call every version and alias of the function too. */
  private scheduleRole(deployment: string) {
    const role = new Role(this, 'ScheduleRole', {
      roleName: iamName(deployment, 'sweep-schedule'),
      description: `${deployment}: lets the schedule call sweep`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Aws.ACCOUNT_ID,
            'aws:SourceArn': `arn:${Aws.PARTITION}:scheduler:${Aws.REGION}:${Aws.ACCOUNT_ID}:schedule-group/default`,
          },
        },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'CallSweep',
        actions: ['lambda:InvokeFunction'],
        resources: [this.function.functionArn],
      }),
    );
    return role.withoutPolicyUpdates();
  }
}
