import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { GetBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { ListSubscriptionsByTopicCommand, type Subscription } from '@aws-sdk/client-sns';
import type { Checked } from './check.ts';
import type { DoctorTarget } from './doctor-clients.ts';

/** What SNS has in the place of an ARN until the receiver has confirmed. */
const PENDING = 'PendingConfirmation';

/** Whether the log bucket tells the delivery topic of each new object, without a filter that leaves some out. */
export async function checkNotification(
  { clients, arn, deployment }: DoctorTarget,
  bucket: string,
): Promise<readonly Checked[]> {
  const { TopicConfigurations = [] } = await clients.s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: bucket }),
  );
  const topic = arn('sns', `${deployment}-delivery`);
  const tells = TopicConfigurations.some(
    ({ TopicArn, Events = [], Filter }) =>
      TopicArn === topic && Events.includes('s3:ObjectCreated:*') && (Filter?.Key?.FilterRules ?? []).length === 0,
  );
  const check = 'notification';
  if (tells) return [{ check, state: 'ok', says: `${bucket} tells ${deployment}-delivery of every new object` }];
  return [
    {
      check,
      state: 'wrong',
      says: `${bucket} does not tell ${deployment}-delivery of every new object`,
      todo: `npx cdk deploy --all; where it says that nothing is to change, set it by hand (docs/runbook.md, "nothing-ingested"). PutBucketNotification in CloudTrail's event history has who changed it. Verify queues what was missed.`,
    },
  ];
}

/** Whether the queues hear of new objects, and whether whoever is to hear of alerts has confirmed that. */
export async function checkSubscriptions(target: DoctorTarget): Promise<readonly Checked[]> {
  const { arn, deployment } = target;
  const queues = await subscriptionsOf(target, 'delivery');
  const deaf = ['logs', 'digests'].filter(
    (name) =>
      !queues.some(
        ({ Endpoint, SubscriptionArn }) =>
          Endpoint === arn('sqs', `${deployment}-${name}`) && SubscriptionArn !== PENDING,
      ),
  );
  const lines: Checked[] = [
    deaf.length === 0
      ? { check: 'queues', state: 'ok', says: `${deployment}-logs and ${deployment}-digests hear of new objects` }
      : {
          check: 'queues',
          state: 'wrong',
          says: `not subscribed to ${deployment}-delivery: ${deaf.map((name) => `${deployment}-${name}`).join(', ')}`,
          todo: "npx cdk deploy --all. Unsubscribe in CloudTrail's event history has who did it. Verify queues what was missed.",
        },
  ];
  return [...lines, await checkReceivers(target)];
}

const LEVELS = ['critical', 'high', 'medium', 'low'] as const;

async function checkReceivers(target: DoctorTarget): Promise<Checked> {
  const check = 'subscriptions';
  const names = [...LEVELS, 'alerts', 'operations'] as const;
  const all = await Promise.all(names.map(async (name) => ({ name, receivers: await subscriptionsOf(target, name) })));
  const pending = all.flatMap(({ name, receivers }) =>
    receivers
      .filter(({ SubscriptionArn }) => SubscriptionArn === PENDING)
      .map(({ Endpoint }) => `${Endpoint} (${name})`),
  );
  if (pending.length > 0) {
    return {
      check,
      state: 'wrong',
      says: `not confirmed: ${pending.join(', ')}`,
      todo: 'Each has a message with a link to confirm it, valid for three days. Later: subscribe again.',
    };
  }
  const unheard = all.filter(({ receivers }) => receivers.length === 0).map(({ name }) => name);
  // Programs and channels may be the only ones who are told of alerts; alarms have the one topic.
  if (unheard.includes('operations')) {
    return {
      check,
      state: 'wrong',
      says: `nobody is subscribed to ${target.deployment}-operations: alarms ring unheard`,
      todo: 'alerts.emails.operations in trailwarden.yaml and a deploy, or aws sns subscribe.',
    };
  }
  const people =
    unheard.length === 0 ? '' : `; nobody to ${unheard.map((name) => `${target.deployment}-${name}`).join(', ')}`;
  return { check, state: 'ok', says: `all are confirmed${people}` };
}

async function subscriptionsOf(
  { clients, arn, deployment }: DoctorTarget,
  topic: string,
): Promise<readonly Subscription[]> {
  const { Subscriptions = [] } = await clients.sns.send(
    new ListSubscriptionsByTopicCommand({ TopicArn: arn('sns', `${deployment}-${topic}`) }),
  );
  return Subscriptions;
}

const FUNCTIONS = ['ingest', 'verify', 'sweep', 'pack', 'backfill-list', 'backfill-batch'] as const;

/** Whether the functions can be called at all. */
export async function checkFunctions({ clients, deployment }: DoctorTarget): Promise<readonly Checked[]> {
  const states = await Promise.all(
    FUNCTIONS.map(async (name) => {
      const { State, LastUpdateStatus, StateReason } = await clients.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: `${deployment}-${name}` }),
      );
      const isWell = State === 'Active' && LastUpdateStatus !== 'Failed';
      return isWell ? [] : [`${deployment}-${name} is ${State} (${StateReason ?? LastUpdateStatus})`];
    }),
  );
  const troubles = states.flat();
  const check = 'functions';
  if (troubles.length === 0) return [{ check, state: 'ok', says: 'all of them can be called' }];
  return [
    { check, state: 'wrong', says: troubles.join('; '), todo: 'npx cdk deploy --all; the reason says what else.' },
  ];
}
