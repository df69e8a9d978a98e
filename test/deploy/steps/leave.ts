import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { expectCode, expectThat } from '../world/expect.ts';
import { writeSettings } from '../world/project-copy.ts';
import { ACCOUNT, REGION, type World } from '../world/world.ts';
import { statesOf } from './first-deploy.ts';
import { blocksBelow } from './readme-lines.ts';

const PAGE = 'docs/uninstall.md';

/** docs/uninstall.md, word for word: what it says stays does stay, and what it says removes it does so. */
export async function leave(world: World): Promise<void> {
  await writeSettings(world.project, 'protected: false\n');
  for (const block of await blocksBelow(PAGE, 'Leaving')) {
    // There is no terminal that could be asked.
    const script = block.replaceAll(/^npx cdk destroy/gm, 'npx cdk destroy --force');
    expectCode(await world.shell(`set -e\n${script}`), 0, script);
  }
  const left = [...(await statesOf(world, 'trailwarden')).keys()];
  expectThat(left.length === 0, 'Stacks are left.', left);
  const tables = await tablesOf(world);
  expectThat(tables.length === 7, 'The tables did not stay.', tables);
  for (const bucket of ['logs', 'access-logs', 'quarantine']) {
    await world.clients.s3.send(new HeadBucketCommand({ Bucket: `trailwarden-${bucket}-${ACCOUNT}-${REGION}` }));
  }

  const variables = `export ACCOUNT=${ACCOUNT} AWS_REGION=${REGION}`;
  for (const block of await blocksBelow(PAGE, 'Removing what stayed')) {
    // The buckets are empty after a day or two, and a key's id is in nobody's page.
    const script = (block.split('# a day or two later')[0] ?? '').replaceAll(/^.*KEY_ID.*$/gm, '');
    expectCode(await world.shell(`set -e\n${variables}\n${script}`), 0, script);
  }
  const still = await tablesOf(world);
  expectThat(still.length === 0, 'Tables are left.', still);
}

async function tablesOf({ clients }: World): Promise<readonly string[]> {
  // The document client sends this command as it is.
  const client = clients.documents as unknown as DynamoDBClient;
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  return TableNames.filter((name) => name.startsWith('trailwarden-'));
}
