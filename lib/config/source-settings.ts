import * as z from 'zod';

/**
 * The settings of `sources`: where log objects come from. docs/sources.md says how to choose, and what the owner of a
 * bucket or topic has to allow.
 */

/** CloudTrail and a bucket of ours: a deployment has one such source at most. */
const NEW_TRAIL_TYPES = ['trail', 'organization-trail'] as const;

/** A bucket that a trail writes to already, whoever owns it. */
const EXISTING_TYPES = ['bucket', 'topic', 'log-archive'] as const;

const name = z.string().regex(/^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/, {
  error: 'must be up to 20 lower-case letters, digits and hyphens, the first a letter',
});

const accountId = z
  .string({
    error: ({ input }) =>
      input === undefined
        ? 'is missing: give the account id, in quotes'
        : 'must be text: put the account id in quotes, or its leading zeros are lost',
  })
  .regex(/^\d{12}$/, { error: 'must be an account id of 12 digits, in quotes' });

const organizationId = z.string().regex(/^o-[a-z0-9]{10,32}$/, {
  error: 'must be the id of an organization, such as o-a1b2c3d4e5',
});

/** What CloudTrail puts before `AWSLogs/`, without slashes at its ends; empty for nothing. */
export const keyPrefixSchema = z
  .string()
  .regex(/^(?:[\w!.*'()-]+(?:\/[\w!.*'()-]+)*)?$/, {
    error: 'must be a key prefix without a slash at either end, such as audit/cloudtrail',
  })
  .max(200)
  .refine((prefix) => !prefix.split('/').includes('AWSLogs'), {
    error: 'must not contain AWSLogs: CloudTrail adds that itself',
  })
  .default('');

const bucket = z
  .string({ error: 'is missing: name the bucket' })
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: "must be a bucket's name, not its ARN or URL" });

const topicArn = z
  .string({ error: "is missing: give the topic's ARN" })
  .regex(/^arn:[\w-]+:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, {
    error: "must be the ARN of an SNS topic that isn't FIFO",
  });

const principalArn = z.string().regex(/^arn:[\w-]+:iam::\d{12}:(role|user)\/\S+$/, {
  error: "must be a role's or user's ARN",
});

/** What is known of every bucket that a trail writes to already. */
const existing = {
  name,
  bucket,
  account: accountId.optional(),
  region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { error: 'must be a region such as eu-central-1' })
    .optional(),
  keyPrefix: keyPrefixSchema,
  organizationId: organizationId.optional(),
  key: z
    .string()
    .regex(/^arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, { error: "must be a key's ARN" })
    .optional(),
  access: z.enum(['bucket-policy', 'role']).optional(),
  role: z
    .string()
    .regex(/^arn:[\w-]+:iam::\d{12}:role\/\S+$/, { error: "must be a role's ARN" })
    .optional(),
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, { error: 'must be 2 to 1224 letters, digits and + = , . @ : / -' })
    .optional(),
  readers: z.array(principalArn).default([]),
  expireDays: z.int().min(1).max(36_500).optional(),
};

const sourceSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('trail'), name }),
    z.strictObject({
      type: z.literal('organization-trail'),
      name,
      organizationId: z.string({ error: "is missing: give the organization's id" }).pipe(organizationId),
      managementAccount: accountId,
    }),
    z.strictObject({
      type: z.literal('bucket'),
      ...existing,
      notification: z.enum(['s3', 'eventbridge']).default('s3'),
      replicaOf: bucket.optional(),
    }),
    z.strictObject({ type: z.literal('topic'), ...existing, topic: topicArn }),
    z.strictObject({ type: z.literal('log-archive'), ...existing, topic: topicArn }),
  ],
  { error: 'needs a type: trail, organization-trail, bucket, topic or log-archive' },
);

/** A source as it is written in YAML. */
type SourceSettings = z.infer<typeof sourceSchema>;

/** A new trail, which writes into the log bucket of the deployment. */
export type NewTrailSource = Extract<SourceSettings, { type: (typeof NEW_TRAIL_TYPES)[number] }>;

type ExistingSettings = Extract<SourceSettings, { type: (typeof EXISTING_TYPES)[number] }>;

/** A bucket that a trail writes to already; `account` and `region` are those of the bucket. */
export type ExistingSource = ExistingSettings & {
  readonly account: string;
  readonly region: string;
  /** How the functions get at the bucket: as themselves, or as a role of the bucket's account. */
  readonly access: 'bucket-policy' | 'role';
};

export type Source = NewTrailSource | ExistingSource;

/** The settings `sources`, without what depends on the settings around them. */
export const sourceListSchema = z
  .array(sourceSchema)
  .min(1, { error: 'has no source: leave it out for a new trail in this account' })
  .max(16)
  .superRefine((sources, context) => {
    const refuse = (index: number, key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [index, key], message });
    for (const [index, source] of sources.entries()) {
      const before = sources.slice(0, index);
      if (before.some((other) => other.name === source.name)) refuse(index, 'name', 'is taken by another source');
      if (isExistingType(source)) checkExisting(source, before, (key, message) => refuse(index, key, message));
      else if (before.some((other) => !isExistingType(other))) {
        refuse(index, 'type', 'a deployment makes one trail: another source of this list makes one already');
      }
    }
  });

function checkExisting(
  source: ExistingSettings,
  before: readonly SourceSettings[],
  refuse: (key: string, message: string) => void,
): void {
  if (before.some((other) => isExistingType(other) && other.bucket === source.bucket)) {
    refuse('bucket', 'is named by another source: a bucket is read once');
  }
  if (source.role !== undefined && source.access === 'bucket-policy') {
    refuse('role', 'is assumed by nobody with access: bucket-policy; leave one of both out');
  }
  if (source.type === 'bucket' && source.replicaOf === source.bucket) {
    refuse('replicaOf', 'must be the bucket that is copied, not the copy');
  }
}

function isExistingType(source: SourceSettings): source is ExistingSettings {
  return source.type !== 'trail' && source.type !== 'organization-trail';
}

/** Where the deployment itself is, as far as its settings say so. */
interface Home {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** What is wrong with sources of a deployment in a certain account and region: the setting's path below `sources`, and why. */
export function misplacedSources(
  sources: readonly SourceSettings[],
  { account, region }: Home,
): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  return sources.flatMap((source, index) => {
    if (!isExistingType(source)) return [];
    if (account === undefined || region === undefined) {
      return [
        {
          path: [index, 'type'],
          message:
            'needs account and region of the deployment at the top of the file: policies of the bucket name them',
        },
      ];
    }
    const isElsewhere = source.region !== undefined && source.region !== region;
    if (source.type === 'bucket' && source.notification === 's3' && isElsewhere) {
      return [
        {
          path: [index, 'notification'],
          message: `S3 notifies topics of its own region only (${source.region}), and the deployment is in ${region}: set notification: eventbridge`,
        },
      ];
    }
    return [];
  });
}

/** A source with the account and region of its bucket, which are those of the deployment unless said. */
export function placeSource(source: SourceSettings, { account = '', region = '' }: Home): Source {
  if (!isExistingType(source)) return source;
  const byRole = source.role !== undefined || (source.type === 'log-archive' && source.access === undefined);
  return {
    ...source,
    account: source.account ?? account,
    region: source.region ?? region,
    access: source.access ?? (byRole ? 'role' : 'bucket-policy'),
  };
}
