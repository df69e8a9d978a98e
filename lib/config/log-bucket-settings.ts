import * as z from 'zod';

/** The settings `logBucket`: how long log objects stay, in which storage class, locked or not, and where else. */

const days = z.int().min(1).max(36_500);

/** Classes in the order in which S3 takes transitions, with the days that an object must have been in S3 before. */
const STORAGE_CLASSES = {
  STANDARD_IA: { earliest: 30, atOnce: true },
  INTELLIGENT_TIERING: { earliest: 1, atOnce: true },
  GLACIER_IR: { earliest: 1, atOnce: true },
  GLACIER: { earliest: 1, atOnce: false },
  DEEP_ARCHIVE: { earliest: 1, atOnce: false },
} as const;

type StorageClass = keyof typeof STORAGE_CLASSES;

// z.enum wants a tuple; the keys of an object are typed as a list.
const storageClasses = Object.keys(STORAGE_CLASSES) as [StorageClass, ...StorageClass[]];

const transition = z
  .strictObject({ storageClass: z.enum(storageClasses), afterDays: days })
  .refine(({ storageClass, afterDays }) => afterDays >= STORAGE_CLASSES[storageClass].earliest, {
    path: ['afterDays'],
    error: 'must be at least 30 for STANDARD_IA: S3 takes no object into it earlier',
  });

const replication = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, { error: 'must be the name of a bucket, no ARN' }),
  account: z
    .string({ error: 'must be text: put the account id in quotes, or its leading zeros are lost' })
    .regex(/^\d{12}$/, { error: 'must be an account id of 12 digits, in quotes' }),
  region: z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { error: 'must be a region such as eu-central-1' }),
  key: z.string().regex(/^arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, {
    error:
      'must be the ARN of the KMS key that encrypts the replicas, arn:aws:kms:REGION:ACCOUNT:key/ID: S3 takes no alias',
  }),
  storageClass: z.enum(['STANDARD', ...storageClasses]).optional(),
});

export const logBucketSchema = z
  .strictObject({
    expireDays: days.default(1095),
    accessLogDays: days.default(365),
    administrators: z
      .array(z.string().regex(/^arn:[\w-]+:iam::\d{12}:(role|user)\/\S+$/, { error: "must be a role's or user's ARN" }))
      .default([]),
    transitions: z.array(transition).max(5).default([]),
    objectLock: z.strictObject({ mode: z.enum(['governance', 'compliance']), days }).optional(),
    replication: replication
      .refine(({ region, key }) => key.split(':')[3] === region, {
        path: ['key'],
        error: 'is in another region than the bucket: S3 encrypts with keys of the bucket’s own region alone',
      })
      .optional(),
  })
  .superRefine(({ expireDays, transitions, objectLock }, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (objectLock !== undefined && objectLock.days > expireDays) {
      problem(
        ['objectLock', 'days'],
        `must be at most expireDays (${expireDays}): what expires while it is locked is hidden, and stays and costs all the same`,
      );
    }
    for (const [index, { storageClass, afterDays }] of transitions.entries()) {
      const before = transitions[index - 1];
      if (afterDays >= expireDays) {
        problem(
          ['transitions', index, 'afterDays'],
          `must be below expireDays (${expireDays}): objects are gone by then`,
        );
      }
      if (before === undefined) continue;
      if (storageClasses.indexOf(before.storageClass) >= storageClasses.indexOf(storageClass)) {
        problem(
          ['transitions', index, 'storageClass'],
          `can't follow ${before.storageClass}: S3 moves objects in the order ${storageClasses.join(', ')}`,
        );
      }
      const least = before.afterDays + (before.storageClass === 'STANDARD_IA' ? 30 : 1);
      if (afterDays < least) {
        problem(
          ['transitions', index, 'afterDays'],
          `must be at least ${least}: S3 wants that long after ${before.storageClass}`,
        );
      }
    }
  });

interface Kept {
  readonly retentionDays: number;
  readonly logBucket: z.infer<typeof logBucketSchema>;
}

/** Transitions after which an event that is still in the index can't be read at once from its log object. */
export function unreadableTransitions({ retentionDays, logBucket }: Kept): readonly number[] {
  return logBucket.transitions.flatMap(({ storageClass, afterDays }, index) =>
    STORAGE_CLASSES[storageClass].atOnce || afterDays > retentionDays ? [] : [index],
  );
}

/** Settings of a bucket that the deployment doesn't make, because all of its sources are there already. */
export function settingsOfNoBucket({
  sources,
  logBucket: { objectLock, replication, transitions },
}: Pick<Kept, 'logBucket'> & { readonly sources: readonly { readonly type: string }[] }): readonly string[] {
  if (sources.some(({ type }) => type === 'trail' || type === 'organization-trail')) return [];
  return [
    ...(objectLock === undefined ? [] : ['objectLock']),
    ...(replication === undefined ? [] : ['replication']),
    ...(transitions.length === 0 ? [] : ['transitions']),
  ];
}
