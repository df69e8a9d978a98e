import { sourceKeyPrefix } from '../../lambda/sources/log-source.ts';
import { type Home, sourceRoleArn } from '../config/existing-sources.ts';
import { queueName } from '../config/plain-names.ts';
import type { ExistingSource } from '../config/source-settings.ts';
import { accountOfArn, readerArns } from './source-readers.ts';

/** A statement of a policy, as IAM writes it. */
type Statement = Readonly<Record<string, unknown>>;

/** What the owner of something has to allow, because the deployment can't do it itself. */
export interface Grant {
  /** The policy that the statements belong into. */
  readonly policy: string;
  readonly account: string;
  /** What to know before they are put there. */
  readonly note: string;
  readonly statements: readonly Statement[];
}

/**
 * What owners of a source's bucket, key, topic or role have to allow; empty where the deployment's own policies do. Every
 * statement names the functions' roles in a condition and their account as the principal: so it may be there before they are.
 */
export function sourceGrants(source: ExistingSource, home: Home): readonly Grant[] {
  return [
    ...bucketGrant(source, home),
    ...roleGrants(source, home),
    ...keyGrant(source, home),
    ...topicGrant(source, home),
  ];
}

function bucketGrant(source: ExistingSource, home: Home): readonly Grant[] {
  if (source.access === 'role' || source.account === home.account) return [];
  const { bucket, account } = source;
  return [
    {
      policy: `bucket policy of ${bucket}`,
      account,
      note: 'Add them to the statements that are there: a bucket has one policy.',
      statements: [
        ...principalsOf(readerArns(source, home), home).flatMap((principal, index) =>
          readStatements(source, home, index === 0 ? '' : String(index + 1)).map(({ Sid, ...statement }) => ({
            Sid,
            Effect: 'Allow',
            ...principal,
            ...statement,
          })),
        ),
      ],
    },
  ];
}

/** Of a role that the owner makes: `trailwarden-source` makes its own with the same statements. */
function roleGrants(source: ExistingSource, home: Home): readonly Grant[] {
  const { role, externalId, key, region } = source;
  if (role === undefined) return [];
  const account = accountOfArn(role);
  return [
    {
      policy: `trust policy of ${role}`,
      account,
      note: 'The role is yours: it may have other statements too.',
      statements: principalsOf(readerArns(source, home), home).map(({ Principal, Condition }) => ({
        Effect: 'Allow',
        Principal,
        Action: 'sts:AssumeRole',
        Condition: {
          ...Condition,
          ...(externalId !== undefined && { StringEquals: { 'sts:ExternalId': externalId } }),
        },
      })),
    },
    {
      policy: `permissions of ${role}`,
      account,
      note: 'In a policy that is attached to the role.',
      statements: [
        ...readStatements(source, home).map((statement) => ({ Effect: 'Allow', ...statement })),
        ...(key === undefined
          ? []
          : [
              {
                Sid: 'DecryptLogObjects',
                Effect: 'Allow',
                Action: 'kms:Decrypt',
                Resource: key,
                ...throughS3(region, home),
              },
            ]),
      ],
    },
  ];
}

function keyGrant(source: ExistingSource, home: Home): readonly Grant[] {
  const { key, region } = source;
  if (key === undefined) return [];
  const role = sourceRoleArn(source, home);
  const readers = role === undefined ? readerArns(source, home) : [role];
  return [
    {
      policy: `key policy of ${key}`,
      account: accountOfArn(key),
      note: readers.every((arn) => accountOfArn(arn) === accountOfArn(key))
        ? "Not needed where the key's policy leaves it to IAM (a statement for the account's root with kms:*)."
        : 'Add it to the statements that are there.',
      statements: principalsOf(readers, home).map(({ Principal, Condition }, index) => ({
        Sid: `AllowTrailwardenToDecryptLogObjects${index === 0 ? '' : index + 1}`,
        Effect: 'Allow',
        Principal,
        Action: 'kms:Decrypt',
        Resource: '*',
        Condition: { ...Condition, ...throughS3(region, home).Condition },
      })),
    },
  ];
}

function topicGrant(source: ExistingSource, home: Home): readonly Grant[] {
  if (source.type !== 'topic' || accountOfArn(source.topic) === home.account) return [];
  const { deployment, account, region, partition } = home;
  return [
    {
      policy: `access policy of the topic ${source.topic}`,
      account: accountOfArn(source.topic),
      note: 'Before the deployment: the deployment subscribes its log queue.',
      statements: [
        {
          Sid: 'AllowTrailwardenToSubscribe',
          Effect: 'Allow',
          Principal: { AWS: `arn:${partition}:iam::${account}:root` },
          Action: 'sns:Subscribe',
          Resource: source.topic,
          Condition: {
            StringEquals: {
              'sns:Protocol': 'sqs',
              'sns:Endpoint': `arn:${partition}:sqs:${region}:${account}:${queueName(deployment, 'logs')}`,
            },
          },
        },
      ],
    },
  ];
}

function readStatements(source: ExistingSource, { partition }: Home, suffix = ''): readonly Statement[] {
  const bucket = `arn:${partition}:s3:::${source.bucket}`;
  return [
    {
      Sid: `AllowTrailwardenToReadLogObjects${suffix}`,
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: `${bucket}/${sourceKeyPrefix(source)}*`,
    },
    {
      Sid: `AllowTrailwardenToListTheBucket${suffix}`,
      Action: [
        's3:ListBucket',
        's3:ListBucketVersions',
        ...(source.type === 'bucket' ? ['s3:GetBucketNotification'] : []),
      ],
      Resource: bucket,
    },
  ];
}

/** The accounts of roles and users as principals, each with a condition that names them. */
function principalsOf(arns: readonly string[], { partition }: Home) {
  return [...new Set(arns.map(accountOfArn))].map((account) => ({
    Principal: { AWS: `arn:${partition}:iam::${account}:root` },
    Condition: { ArnEquals: { 'aws:PrincipalArn': arns.filter((arn) => accountOfArn(arn) === account) } },
  }));
}

function throughS3(region: string, { partition }: Home) {
  const suffix =
    partition === 'aws-cn' ? 'amazonaws.com.cn' : partition === 'aws-eusc' ? 'amazonaws.eu' : 'amazonaws.com';
  return { Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.${suffix}` } } };
}
