import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TABLES, type TableName, tableName } from '../../../lambda/store/schema.ts';
import { record } from '../../support/records.ts';
import { Deployed } from '../world/deployed.ts';
import { expectCode, expectThat } from '../world/expect.ts';
import { writeSettings } from '../world/project-copy.ts';
import { REGION, type World } from '../world/world.ts';
import { statesOf } from './first-deploy.ts';

const DEPLOY = 'npx cdk deploy --all';

/** A deploy of what is deployed already changes nothing, and says so of each stack. */
export async function deployAgain(world: World): Promise<void> {
  const result = await world.shell(DEPLOY);
  expectCode(result, 0, DEPLOY);
  const unchanged = result.output.match(/✅ {2}trailwarden-[a-z-]+ \(no changes\)/g) ?? [];
  expectThat(unchanged.length === 4, 'A deploy of the same changed something:', result.output.slice(-4000));
}

/** `protect` protects all, the next deploy with `protected: true` keeps it, and so does one that changes settings. */
export async function protectAndUpdate(world: World, line: string): Promise<void> {
  const first = await world.shell(line);
  expectCode(first, 0, line);
  await expectProtected(world, 'trailwarden');
  await writeSettings(world.project, 'protected: true\n');
  expectCode(await world.shell(DEPLOY), 0, DEPLOY);
  await expectProtected(world, 'trailwarden');

  await writeSettings(
    world.project,
    'protected: true\nindex: { rows: all, pageShards: 2 }\nalerts: { minimumLevel: medium }\nmaxConcurrency: 12\n',
  );
  const tables = await tableIds(world, 'trailwarden');
  const update = await world.shell(DEPLOY);
  expectCode(update, 0, `${DEPLOY}, with other settings`);
  expectThat(
    (await statesOf(world, 'trailwarden')).get('trailwarden-audit') === 'UPDATE_COMPLETE',
    'Nothing was updated.',
  );
  await expectProtected(world, 'trailwarden');
  expectThat(String(await tableIds(world, 'trailwarden')) === String(tables), 'An update made tables anew.');
}

async function expectProtected(world: World, deployment: string): Promise<void> {
  const line = `npm run -s trailwarden -- protect --check --deployment ${deployment}`;
  expectCode(await world.shell(line), 0, line);
}

/** Ids that a table keeps as long as it lives. */
async function tableIds({ clients }: World, deployment: string): Promise<readonly string[]> {
  // The document client sends this command as it is.
  const client = clients.documents as unknown as DynamoDBClient;
  // Made from the keys of TABLES.
  const names = Object.keys(TABLES) as TableName[];
  return await Promise.all(
    names.map(async (name) => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName(deployment, name) }));
      return Table?.TableId ?? '';
    }),
  );
}

/** A second deployment in the same account and region: neither reads what the other's trail delivers. */
export async function deployASecond(world: World, first: Deployed): Promise<Deployed> {
  await writeSettings(world.project, 'deployment: second\n', 'second.yaml');
  const line = `${DEPLOY} -c config=second.yaml`;
  expectCode(await world.shell(line), 0, line);
  const second = new Deployed(world, 'second');
  const at = new Date(Date.now() - 10 * 60_000);
  const [mine, theirs] = [second, first].map(({ trail }) => trail.log(REGION, at, [record()]));
  expectThat(mine !== undefined && theirs !== undefined, 'There are two logs.');
  await second.put(mine);
  await first.put(theirs);
  await second.untilLedgerSays(mine.key, { status: 'closed' });
  await first.untilLedgerSays(theirs.key, { status: 'closed' });
  expectThat((await second.ledgerRow(theirs.key)) === undefined, "The second deployment read what is the first one's.");
  expectThat((await first.ledgerRow(mine.key)) === undefined, "The first deployment read what is the second one's.");
  return second;
}

/** Termination protection is on: a stack can't be destroyed by mistake. */
export async function destroyProtected(world: World): Promise<void> {
  const line = 'npx cdk destroy trailwarden-audit --force';
  const result = await world.shell(line);
  expectThat(result.code !== 0 && /protect/i.test(result.output), `${line}\nwas not refused:`, result.output);
  const { Stacks = [] } = await world.clients.cloudFormation.send(
    new DescribeStacksCommand({ StackName: 'trailwarden-audit' }),
  );
  expectThat(Stacks[0]?.StackStatus?.endsWith('_COMPLETE') === true, 'The stack was touched.', Stacks[0]?.StackStatus);
}
