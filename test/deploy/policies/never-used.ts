import { REGION } from '../world/world.ts';
import type { Principal } from './granted-rights.ts';
import type { Unused } from './held-calls.ts';

interface Reason {
  /** What follows the deployment's name in the name of a role or managed policy. */
  readonly role: string;
  readonly sid: string;
  readonly actions: readonly string[];
  readonly because: string;
}

/** What the templates grant and this test makes no use of. Each is tried in a test of its own, over the embedded AWS. */
export const NEVER_USED: readonly Reason[] = [
  {
    role: 'ingest',
    sid: 'ReadTheQueueAndQueueAgain',
    actions: ['sqs:SendMessage'],
    because: 'No object is so large that ingest comes near its deadline and queues it again: test/ingest does that.',
  },
  {
    role: 'ingest',
    sid: 'IndexEvents',
    actions: ['dynamodb:PutItem'],
    because: 'No batch is refused, after which rows are written one by one: test/store/rows does that.',
  },
  ...(
    [
      ['ingest', 'ReadSourceObjects', ['s3:GetObject']],
      ['ingest', 'ListSourceBuckets', ['s3:ListBucket']],
      ['verify', 'ReadSourceObjects', ['s3:GetObjectVersion']],
      ['verify', 'ListSourceBuckets', ['s3:ListBucket']],
      ['verify', 'SeeSourceNotifications', ['s3:GetBucketNotification']],
      ['backfill-batch', 'ListSourceBuckets', ['s3:ListBucket']],
      ['sources', 'ReadSourceObjects', ['s3:GetObject', 's3:GetObjectVersion']],
      ['sources', 'ListSourceBuckets', ['s3:ListBucket', 's3:ListBucketVersions']],
    ] as const
  ).map(([role, sid, actions]) => ({
    role,
    sid,
    actions,
    because:
      'Of a source, one object and one digest are read and nothing is missing: the rest is asked as of the own bucket, whose statements are used.',
  })),
  {
    role: 'verify',
    sid: 'ReadLogObjects',
    actions: ['s3:GetObjectVersion'],
    because: 'Ingest and verify share the statement, and ingest alone reads the version that a notification names.',
  },
  {
    role: 'backfill-batch',
    sid: 'TellMissingFromForbidden',
    actions: ['s3:ListBucket'],
    because: 'No object is gone between its listing and its reading: test/backfill does that.',
  },
  {
    role: 'backfill-batch',
    sid: 'IndexEvents',
    actions: ['dynamodb:PutItem'],
    because: 'No batch of rows is refused, after which they are written one by one: test/store/rows does that.',
  },
  {
    role: 'verify',
    sid: 'RecordFindings',
    actions: ['dynamodb:PartiQLInsert'],
    because: 'No digest names two objects that are missing or modified: npm run chaos does that for ingest.',
  },
  {
    role: 'backfill-batch',
    sid: 'Correlate',
    actions: ['dynamodb:PartiQLInsert'],
    because:
      'No object that ingest has not come to brings two groups at once, whose members go in one call: ingest does that.',
  },
  {
    role: 'sweep',
    sid: 'Correlate',
    actions: ['dynamodb:GetItem', 'dynamodb:PartiQLInsert', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    because:
      'No correlation waits for the end of its window, or was left pending: test/sweep and npm run chaos do that.',
  },
  {
    role: 'operator',
    sid: 'TellExpiredFromForbidden',
    actions: ['s3:ListBucket'],
    because: 'No copy of a rejected record has expired yet: test/cli/commands/redrive counts what no copy is left of.',
  },
  {
    role: 'pack',
    sid: 'PackSegments',
    actions: ['dynamodb:BatchGetItem'],
    because: 'Too few events for a merge of segments: test/pack does that.',
  },
  {
    role: 'pack',
    sid: 'UseTheAuditKey',
    actions: ['kms:GenerateDataKey'],
    because: 'What DynamoDB asks of a key when it makes a new table key is not seen from outside.',
  },
];

export interface UnusedReport {
  /** Granted, not used, and with no reason. */
  readonly unexplained: readonly Unused[];
  /** Reasons for what isn't granted at all. */
  readonly stale: readonly string[];
}

/**
 * Holds what no call has used against the reasons. The same statement in the policies of two deployments counts as one:
 * what one of them has used is used.
 */
export function explainUnused(unused: readonly Unused[], principals: readonly Principal[]): UnusedReport {
  const counted = unused.filter(
    (one) => unused.filter((other) => nameOf(other) === nameOf(one)).length === grantsOf(principals, one),
  );
  const isExplained = ({ principal, sid, action }: Unused) =>
    NEVER_USED.some(
      (reason) =>
        reason.role === roleOf(principal) && is(reason.sid, sid) && reason.actions.some((one) => is(one, action)),
    );
  const isGranted = ({ role, sid, actions }: Reason) =>
    principals.some(
      ({ name, statements }) =>
        roleOf(name) === role &&
        statements.some(
          ({ Sid, Action }) => is(sid, Sid) && actions.every((one) => Action.some((action) => is(one, action))),
        ),
    );
  return {
    unexplained: counted.filter((one) => !isExplained(one)),
    stale: NEVER_USED.filter((reason) => !isGranted(reason)).map(({ role, sid }) => `${role} ${sid}`),
  };
}

/** `*` stands for all statements of a role, or all actions of a statement. */
function is(pattern: string, text: string): boolean {
  return pattern === '*' || pattern === text;
}

/** `ingest`, `sweep-schedule`, `operator` of `DEPLOYMENT-ingest-REGION`. Deployments of the test have one word. */
function roleOf(principal: string): string {
  return principal.slice(principal.indexOf('-') + 1, -REGION.length - 1);
}

function nameOf({ principal, sid, action }: Unused): string {
  return [roleOf(principal), sid, action].join(' ');
}

function grantsOf(principals: readonly Principal[], one: Unused): number {
  return principals.filter(
    ({ name, statements }) =>
      roleOf(name) === roleOf(one.principal) &&
      statements.some(({ Sid, Action }) => Sid === one.sid && Action.includes(one.action)),
  ).length;
}
