import * as z from 'zod';

/** Settings that put what a customer has already, or demands of every deployment, in the place of our own. */

const keyArn = z.string().regex(/^arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, {
  error: "must be a KMS key's ARN, arn:aws:kms:REGION:ACCOUNT:key/ID: policies don't take an alias",
});

const topicArn = z.string().regex(/^arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, {
  error: 'must be the ARN of a standard SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME',
});

/** The topics that alerts and alarms go to, as they are named in `alerts.topics`. */
export const CUSTOMER_TOPICS = ['critical', 'high', 'medium', 'low', 'alerts', 'chat', 'operations'] as const;

export type CustomerTopic = (typeof CUSTOMER_TOPICS)[number];

const topic = topicArn.optional();

export const topicsSchema = z
  .strictObject({
    critical: topic,
    high: topic,
    medium: topic,
    low: topic,
    alerts: topic,
    chat: topic,
    operations: topic,
    keys: z.array(keyArn).max(8).default([]),
  })
  .superRefine(({ alerts, chat, ...others }, context) => {
    for (const [name, arn] of [
      ['alerts', alerts],
      ['chat', chat],
    ] as const) {
      const same = [...Object.entries(others), ...(name === 'chat' ? [['alerts', alerts] as const] : [])].find(
        ([, other]) => arn !== undefined && other === arn,
      );
      if (same === undefined) continue;
      const message = `is the topic of ${same[0]} too: each alert would come to it twice, in two forms`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

export const keysSchema = z.strictObject({ logs: keyArn.optional(), audit: keyArn.optional() });

export const rolesSchema = z.strictObject({
  path: z
    .string()
    .max(512)
    .regex(/^\/(?:[\w+=,.@-]+\/)*$/, {
      error:
        'must begin and end with a slash, such as /platform/audit/, with letters, digits and + = , . @ _ - between',
    })
    .default('/'),
  permissionsBoundary: z
    .string()
    .regex(/^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/, {
      error: "must be a managed policy's ARN, arn:aws:iam::ACCOUNT:policy/NAME",
    })
    .optional(),
});

/** "Tag naming and usage" of AWS: what every service takes. CDK adds some of its own, so not all fifty are free. */
export const tagsSchema = z
  .record(
    z.string().regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu, {
      error: "must be 1 to 128 letters, digits, spaces and _ . : / = + - @, and can't begin with aws:",
    }),
    z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u, {
      error: 'must be at most 256 letters, digits, spaces and _ . : / = + - @',
    }),
  )
  .refine((tags) => Object.keys(tags).length <= 40, { error: 'must be at most 40: AWS takes 50 a resource' });

/** A month of alarms about cost that are set too low is worse than none: they are switched off. */
export const costSchema = z.strictObject({ alarmUsdPerDay: z.number().min(0.01).max(1_000_000).optional() });

interface Placed {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly keys: z.infer<typeof keysSchema>;
  readonly roles: z.infer<typeof rolesSchema>;
  readonly alerts: {
    readonly topics: z.infer<typeof topicsSchema>;
    readonly chat: boolean;
    readonly emails: Readonly<Record<string, readonly string[]>>;
  };
}

/** What one setting alone doesn't tell: keys and topics elsewhere, and addresses for topics of others. */
export function customerProblems({ account, region, keys, roles, alerts }: Placed) {
  const problems: { readonly path: readonly string[]; readonly message: string }[] = [];
  const { keys: topicKeys, ...topics } = alerts.topics;
  const arns = [
    ...Object.entries(keys).map(([name, arn]) => [['keys', name], arn] as const),
    ...Object.entries(topics).map(([name, arn]) => [['alerts', 'topics', name], arn] as const),
    ...topicKeys.map((arn, index) => [['alerts', 'topics', 'keys', String(index)], arn] as const),
  ];
  for (const [path, arn] of arns) {
    const at = arn?.split(':')[3];
    if (at === undefined || region === undefined || at === region) continue;
    problems.push({ path, message: `is in ${at}, and the deployment in ${region}: it must be in the same region` });
  }
  for (const [name, addresses] of Object.entries(alerts.emails)) {
    if (addresses.length === 0 || topics[name as keyof typeof topics] === undefined) continue;
    const message = `alerts.topics.${name} is a topic of your own: subscribe the addresses to it yourself`;
    problems.push({ path: ['alerts', 'emails', name], message });
  }
  if (topics.chat !== undefined && !alerts.chat) {
    problems.push({ path: ['alerts', 'topics', 'chat'], message: 'gets nothing: set alerts.chat: true as well' });
  }
  const owner = roles.permissionsBoundary?.split(':')[4];
  if (owner !== undefined && owner !== 'aws' && account !== undefined && owner !== account) {
    const message = `is a policy of ${owner}, and the deployment is in ${account}: a boundary must be in the same account`;
    problems.push({ path: ['roles', 'permissionsBoundary'], message });
  }
  return problems;
}
