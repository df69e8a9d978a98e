import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { encodePages, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import { summary } from '../store/segments/summaries.ts';
import { NOW } from '../support/index-events.ts';
import { record } from '../support/records.ts';
import { packAll } from '../support/segments-table.ts';
import { type AskedDeployment, startAskedDeployment } from './support/asked-deployment.ts';
import { runCommand } from './support/run-command.ts';

describe('where a later version of Trailwarden has written to the index', () => {
  let deployment: AskedDeployment;
  let documents: DynamoDBDocumentClient;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    documents = DynamoDBDocumentClient.from(deployment.aws.clients.dynamodb);
  });
  afterAll(() => deployment.stop());

  const ask = (...args: string[]) => runCommand([...args, ...deployment.args]);
  const writeLaterPage = async (at: Date): Promise<void> => {
    const [body] = encodePages([summary()]);
    if (body === undefined) throw new Error('no page was made');
    const Item = { ...pageRow(body, 0, at), v: 99 };
    await documents.send(new PutCommand({ TableName: deployment.aws.resources.tables.segments, Item }));
  };

  test('answers name what pack left behind, and end where nothing has read it yet', async () => {
    await writeLaterPage(new Date(NOW.getTime() - 3_600_000));
    await packAll(documents, deployment.aws.resources.tables.segments, NOW);
    await deployment.put([record({ eventID: 'e-1', requestParameters: { fileSystemId: 'fs-00112233' } })]);
    const warning = /^1 page of log objects can't be read by this version: .*version 99/;
    for (const args of [
      ['events'],
      ['events', '--count'],
      ['events', '--by', 'actor'],
      ['timeline', 'fs-00112233'],
      ['trace', 'AKIAIOSFODNN7EXAMPLE'],
      ['event', 'e-1'],
    ]) {
      const { code, stdout, stderr } = await ask(...args);
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: expect.stringMatching(warning) });
      expect(stdout).not.toBe('');
    }
    await writeLaterPage(NOW);
    const { code, stdout, stderr } = await ask('events');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('A later version of Trailwarden wrote a part of the audit index');
  });
});
