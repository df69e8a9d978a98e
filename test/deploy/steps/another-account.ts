import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import * as z from 'zod';
import { record } from '../../support/records.ts';
import { SignedTrail } from '../../support/signed-trail.ts';
import { allows, statementSchema } from '../policies/statement.ts';
import { Deployed } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { writeSettings } from '../world/project-copy.ts';
import { ACCOUNT, REGION, TOGETHER, type World } from '../world/world.ts';

const OWNER = '222222222222';
const BUCKET = `old-trail-${OWNER}`;
const FILE = 'third.yaml';

const SETTINGS = `deployment: third
account: '${ACCOUNT}'
region: ${REGION}
sources:
  - name: old
    type: bucket
    bucket: ${BUCKET}
    account: '${OWNER}'
`;

/**
 * A bucket of another account, into which a trail writes already: the steps of docs/sources.md, "Existing bucket". Its policy
 * is the one that is printed for its owner, and the emulator holds calls from the other account against that.
 */
export async function readAnotherAccount(world: World): Promise<void> {
  const owner = world.clientsOf(OWNER);
  await owner.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await owner.s3.send(
    new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await writeSettings(world.project, SETTINGS, FILE);
  const printed = await asked(world, 'source policy old');
  const statements = statementsIn(printed);
  await owner.s3.send(
    new PutBucketPolicyCommand({
      Bucket: BUCKET,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  );
  world.ownedBy(BUCKET, OWNER);
  const forbidden: string[] = [];
  world.onCall(({ principal, rights }) => {
    // People need a statement with their own ARN (readers); here they ask with the rights of nobody's role.
    if (principal.includes(TOGETHER)) return;
    for (const right of rights.filter(({ resource }) => resource.startsWith(`arn:aws:s3:::${BUCKET}`))) {
      const context = { ...right.context, 'aws:PrincipalArn': [`arn:aws:iam::${ACCOUNT}:role/${principal}`] };
      const isAllowed = statements.some((statement) => allows(statement, { ...right, context }));
      if (!isAllowed) forbidden.push(`${principal} ${right.action} ${right.resource}`);
    }
  });

  const deploy = `npx cdk deploy --all -c config=${FILE}`;
  expectCode(await world.shell(deploy), 0, deploy);
  const sources = ['auditor', 'sources'].map((policy) => `third-${policy}-${REGION}`).join(TOGETHER);
  const unconnected = await world.shell(`npm run -s trailwarden -- source check --config ${FILE}`, sources);
  expectThat(unconnected.code === 1, 'source check sees a notification that is not there.', unconnected.output);
  await asked(world, 'source connect old', OWNER);
  const check = `npm run -s trailwarden -- source check --config ${FILE}`;
  expectCode(await world.shell(check, sources), 0, check);

  await deliver(world);
  expectThat(forbidden.length === 0, 'The policy that is printed for the owner does not allow:', forbidden);
  await asked(world, 'source disconnect old', OWNER);
  await readThePast(world);
  expectThat(forbidden.length === 0, 'The policy that is printed for the owner does not allow a backfill:', forbidden);
}

/** What nobody is told of any more is read by a backfill, where it is. */
async function readThePast(world: World): Promise<void> {
  const at = new Date(Date.now() - 20 * 60_000);
  const trail = new SignedTrail({ bucket: BUCKET, account: OWNER, trail: 'old', homeRegion: REGION, start: at });
  const members = { eventTime: `${at.toISOString().slice(0, 19)}Z`, awsRegion: REGION, recipientAccountId: OWNER };
  const log = trail.log(REGION, at, [record(members)]);
  await world.clientsOf(OWNER).s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: log.key, Body: log.body }));
  const line = `npm run -s trailwarden -- backfill --since ${at.toISOString().slice(0, 10)} --yes --format json --deployment third`;
  const result = await world.shell(line, `third-backfill-operator-${REGION}`);
  expectCode(result, 0, line);
  const { report } = z.object({ report: z.looseObject({}) }).parse(JSON.parse(result.stdout));
  expectThat(
    report.closed === 1 && report.left === 0,
    'A backfill does not read the bucket of another account.',
    report,
  );
}

async function asked(world: World, command: string, account?: string): Promise<string> {
  const line = `npm run -s trailwarden -- ${command} --config ${FILE}`;
  const result = await world.shell(line, undefined, account);
  expectCode(result, 0, line);
  return result.stdout;
}

/** Log objects and their digest are read where they are, and vouched for. */
async function deliver(world: World): Promise<void> {
  const deployed = new Deployed(world, 'third', new Date(), BUCKET);
  const { s3 } = world.clientsOf(OWNER);
  const start = new Date(Date.now() - 65 * 60_000);
  const trail = new SignedTrail({ bucket: BUCKET, account: OWNER, trail: 'old', homeRegion: REGION, start });
  await deployed.beginEarlier();
  const at = new Date(start.getTime() + 20 * 60_000);
  const members = { eventTime: `${at.toISOString().slice(0, 19)}Z`, awsRegion: REGION, recipientAccountId: OWNER };
  const log = trail.log(REGION, at, [record(members)]);
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: log.key, Body: log.body }));
  await deployed.untilLedgerSays(log.key, { status: 'closed', indexed: 1 });
  const digest = trail.digest(REGION, start, new Date(start.getTime() + 3_600_000), [log]);
  await world.emulator.setPublicKeys(trail.publicKeys);
  const { key, body, metadata } = digest;
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, Metadata: metadata }));
  await deployed.untilLedgerSays(log.key, { digestStatus: 'verified' });
}

/** As the bucket's policy has them: whose principals they are is in the conditions too. */
const grantSchema = z.looseObject({ Principal: z.unknown() }).transform(({ Principal, ...rest }) => ({
  ...statementSchema.parse(rest),
  Principal,
}));

/** The statements of the bucket's policy, which are printed first. */
function statementsIn(printed: string): readonly z.infer<typeof grantSchema>[] {
  const [json = ''] = /^\[\n.*?^\]$/ms.exec(printed) ?? [];
  expectThat(json !== '', 'source policy prints no statements:', printed);
  return z.array(grantSchema).parse(JSON.parse(json));
}
