import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Checked } from './check.ts';
import type { DoctorTarget } from './doctor-clients.ts';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const policySchema = z.object({
  Statement: z.array(
    z.looseObject({
      Sid: z.string().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Principal: z.union([z.literal('*'), z.record(z.string(), texts)]).optional(),
      Action: texts.optional(),
      Condition: z.record(z.string(), z.record(z.string(), texts)).optional(),
    }),
  ),
});
type Policy = z.infer<typeof policySchema>;

/** A statement without which something doesn't work, or isn't safe. */
interface Needed {
  readonly effect: 'Allow' | 'Deny';
  readonly action: string;
  /** Absent for everybody. */
  readonly service?: string;
  /** What a condition must name: the one trail, bucket or topic. */
  readonly source?: string;
  /** What is so without it. */
  readonly otherwise: string;
}

/**
 * Whether the policies of bucket, topic and queues still have what the way of an object needs, and what keeps others out.
 * Statements that somebody added aren't looked at: `npx cdk diff` shows them.
 * @param trailArn as CloudTrail names the trail when it writes: with the account that it belongs to.
 */
export async function checkPolicies(
  target: DoctorTarget,
  bucket: string,
  trailArn: string,
): Promise<readonly Checked[]> {
  const { clients, arn, deployment } = target;
  const topic = arn('sns', `${deployment}-delivery`);
  const bucketArn = `${arn('s3', '').split(':').slice(0, 2).join(':')}:s3:::${bucket}`;
  const [{ Policy: ofBucket }, { Attributes: ofTopic }, ...ofQueues] = await Promise.all([
    clients.s3.send(new GetBucketPolicyCommand({ Bucket: bucket })),
    clients.sns.send(new GetTopicAttributesCommand({ TopicArn: topic })),
    ...['logs', 'digests'].map((name) => queuePolicy(target, `${deployment}-${name}`)),
  ]);
  const troubles = [
    ...missing(ofBucket, NEEDED_BY_THE_BUCKET(trailArn)),
    ...missing(ofTopic?.Policy, [
      {
        effect: 'Allow',
        action: 'sns:Publish',
        service: 's3.amazonaws.com',
        source: bucketArn,
        otherwise: 'the bucket can not announce objects',
      },
    ]),
    ...ofQueues.flatMap((policy) =>
      missing(policy, [
        {
          effect: 'Allow',
          action: 'sqs:SendMessage',
          service: 'sns.amazonaws.com',
          source: topic,
          otherwise: 'a queue refuses what the topic sends',
        },
      ]),
    ),
  ];
  const check = 'policies';
  if (troubles.length === 0) {
    return [{ check, state: 'ok', says: 'those of bucket, topic and queues have what they need' }];
  }
  return [
    {
      check,
      state: 'wrong',
      says: [...new Set(troubles)].join('; '),
      todo: "npx cdk deploy --all; where it says that nothing is to change, deploy a change of the description with it. CloudTrail's event history has who changed the policy (PutBucketPolicy, SetTopicAttributes, SetQueueAttributes).",
    },
  ];
}

const NEEDED_BY_THE_BUCKET = (source: string): readonly Needed[] => [
  {
    effect: 'Allow',
    action: 's3:GetBucketAcl',
    service: 'cloudtrail.amazonaws.com',
    source,
    otherwise: 'CloudTrail can not look at the log bucket',
  },
  {
    effect: 'Allow',
    action: 's3:PutObject',
    service: 'cloudtrail.amazonaws.com',
    source,
    otherwise: 'CloudTrail can not write into the log bucket',
  },
  { effect: 'Deny', action: 's3:PutObject', otherwise: 'others than CloudTrail may write into the log bucket' },
  { effect: 'Deny', action: 's3:DeleteObject', otherwise: 'objects of the log bucket may be deleted' },
];

async function queuePolicy({ clients }: DoctorTarget, QueueName: string): Promise<string | undefined> {
  const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }),
  );
  return Attributes?.Policy;
}

function missing(policy: string | undefined, needed: readonly Needed[]): readonly string[] {
  const { Statement }: Policy = policySchema.parse(policy === undefined ? { Statement: [] } : JSON.parse(policy));
  return needed.filter((one) => !Statement.some((statement) => isIt(statement, one))).map(({ otherwise }) => otherwise);
}

function isIt(statement: Policy['Statement'][number], { effect, action, service, source }: Needed): boolean {
  const { Effect, Principal, Action = [], Condition = {} } = statement;
  const services = typeof Principal === 'object' ? (Principal.Service ?? []) : [];
  const named = Object.values(Condition).flatMap((keys) => keys['aws:SourceArn'] ?? []);
  return (
    Effect === effect &&
    Action.includes(action) &&
    (service === undefined || services.includes(service)) &&
    (source === undefined || named.includes(source))
  );
}
