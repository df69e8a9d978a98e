import { randomUUID } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { createTables } from '../../../local/deployment/create-tables.ts';
import { refuseOldFolder } from '../../../local/deployment/old-folder.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

let aws: EmbeddedAws;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

test('a folder of a version without segments is refused by name, with a word on what to do', async () => {
  const deployment = `old-${randomUUID().slice(0, 8)}`;
  const { dynamodb } = aws.clients;
  await expect(refuseOldFolder(dynamodb, deployment, './data')).resolves.toBeUndefined();
  const { segments } = await createTables(dynamodb, deployment);
  await expect(refuseOldFolder(dynamodb, deployment, './data')).resolves.toBeUndefined();
  await dynamodb.send(new DeleteTableCommand({ TableName: segments }));
  await expect(refuseOldFolder(dynamodb, deployment, './data')).rejects.toThrow(
    /^\.\/data was made by an older version.*Delete the folder, or name another one with --data/,
  );
});
