import { Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { Trailwarden } from 'trailwarden/cdk';

/** What roles of this account may use at all. */
const SERVICES = ['cloudtrail', 'dynamodb', 'kms', 'lambda', 'logs', 's3', 'sns', 'sqs', 'states'];

/** What a platform team has already (a key, a topic, a boundary, roles), and the audit of the account beside it. */
export class SecurityStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const key = new Key(this, 'Key', { enableKeyRotation: true });
    const pager = new Topic(this, 'Pager', { enforceSSL: true });
    const permissionsBoundary = new ManagedPolicy(this, 'Boundary', {
      statements: [new PolicyStatement({ actions: SERVICES.map((name) => `${name}:*`), resources: ['*'] })],
    });

    const audit = new Trailwarden(this, 'Audit', {
      deployment: 'audit',
      logBucket: { objectLock: { mode: 'governance', days: 365 } },
      alerts: { minimumLevel: 'medium' },
      roles: { path: '/platform/' },
      tags: { team: 'security' },
      dashboard: true,
      cost: { alarmUsdPerDay: 5 },
      resources: { auditKey: key, topics: { critical: pager, operations: pager }, permissionsBoundary },
    });

    // Its parts are constructs like any other.
    const tickets = new Queue(audit.audit, 'Tickets', { enforceSSL: true });
    audit.audit.topics.byLevel.high.addSubscription(new SqsSubscription(tickets));
    audit.audit.policies.auditor.attachToRole(Role.fromRoleName(audit.audit, 'Auditors', 'auditors'));
    Tags.of(audit.data).add('data-class', 'confidential');
  }
}
