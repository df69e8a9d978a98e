import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { PackVariables } from '../../lambda/runtime/environment.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { functionName, iamName } from '../config/resource-names.ts';
import type { AuditTables } from '../stores/audit-tables.ts';
import { AuditFunction, type FunctionSettings } from './audit-function.ts';
import { onTable, useKeyThrough } from './permissions/permissions.ts';

export interface PackProps {
  readonly config: DeploymentConfig;
  readonly settings: FunctionSettings;
  readonly tables: AuditTables['tables'];
  /** How many calls work at once, each on its share of the page shards. */
  readonly lanes: number;
}

/** The most calls at once that are of use: eight pack a billion events a day with room to spare. */
export const MAX_LANES = 8;

const EVERY = Duration.minutes(10);

/**
 * Every ten minutes: pages into segments, small segments into larger ones. The lease of a lane lets one call at a time work
 * on it, so no concurrency of the account is set aside: a call that finds the lease taken ends at once.
 */
export class Pack extends AuditFunction {
  constructor(scope: Construct, id: string, props: PackProps) {
    const { config, settings, tables, lanes } = props;
    if (lanes < 1 || lanes > MAX_LANES) throw new RangeError(`pack has 1 to ${MAX_LANES} lanes, not ${lanes}`);
    const environment: PackVariables = {
      DEPLOYMENT: config.deployment,
      SEGMENTS_TABLE: tables.segments.tableName,
      RETENTION_DAYS: String(config.retentionDays),
    };
    super(scope, id, {
      ...settings,
      name: 'pack',
      description: 'Packs the pages of the audit index into segments, and merges small segments',
      // As long as a function may run: what is left when it ends, the next call does.
      timeout: Duration.minutes(15),
      // More than it uses. This is one whole vCPU: work that waits for the processor costs the same at any size
      // below, and takes the less time the larger it is.
      memorySize: 1769,
      environment,
      statements: [
        onTable('PackSegments', tables.segments, [
          'dynamodb:BatchGetItem',
          'dynamodb:BatchWriteItem',
          'dynamodb:ConditionCheckItem',
          'dynamodb:GetItem',
          'dynamodb:PutItem',
          'dynamodb:Query',
          'dynamodb:UpdateItem',
        ]),
        useKeyThrough('UseTheAuditKey', settings.key, ['dynamodb'], ['kms:Decrypt', 'kms:GenerateDataKey']),
      ],
    });
    // A call that failed isn't repeated: the next one does the same work, and an alarm tells of several.
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    const role = this.scheduleRole(config.deployment);
    for (let lane = 0; lane < lanes; lane++) {
      const suffix = lane === 0 ? '' : `-${lane}`;
      new Schedule(this, `EveryTenMinutes${suffix}`, {
        scheduleName: `${functionName(config.deployment, 'pack')}${suffix}`,
        description: `${config.deployment}: pack, lane ${lane} of ${lanes}`,
        schedule: ScheduleExpression.rate(EVERY),
        target: new LambdaInvoke(this.function, {
          role,
          input: ScheduleTargetInput.fromObject({ lane, lanes }),
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      });
    }
  }

  /** A role of its own, as CDK's may call every version and alias of the function too. */
  private scheduleRole(deployment: string) {
    const role = new Role(this, 'ScheduleRole', {
      roleName: iamName(deployment, 'pack-schedule'),
      description: `${deployment}: lets the schedules call pack`,
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
        sid: 'CallPack',
        actions: ['lambda:InvokeFunction'],
        resources: [this.function.functionArn],
      }),
    );
    return role.withoutPolicyUpdates();
  }
}
