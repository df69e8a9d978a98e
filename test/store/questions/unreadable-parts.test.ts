import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { PACK_ALL, PACK_POLICY } from '../../../lambda/pack/pack-policy.ts';
import { createEventQueries, type EventQueries } from '../../../lambda/store/questions/event-queries.ts';
import { encodePages, pageRow } from '../../../lambda/store/segments/table/page-rows.ts';
import { collect } from '../../support/collect.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { NOW, writePages } from '../../support/index-events.ts';
import { createSegmentsTable, packAll } from '../../support/segments-table.ts';
import { summary } from '../segments/summaries.ts';

const EARLIER = new Date(NOW.getTime() - 3_600_000);
const EVENTS = Array.from({ length: 5 }, (_, index) => summary({ eventTime: `2026-11-20T1${index}:00:00Z` }));
const IDS = EVENTS.map(({ eventID }) => eventID);

describe('a part of the index that can’t be read', () => {
  let aws: EmbeddedAws;
  let client: DynamoDBDocumentClient;
  let table: string;
  let told: string[];
  let queries: EventQueries;
  beforeAll(async () => {
    aws = await startEmbeddedAws();
    client = DynamoDBDocumentClient.from(aws.clients.dynamodb);
  });
  afterAll(() => aws.stop());
  beforeEach(async () => {
    table = await createSegmentsTable(aws.clients.dynamodb);
    told = [];
    queries = createEventQueries(
      client,
      { segments: table },
      () => NOW,
      (pages) => told.push(...pages.map(({ reason }) => reason)),
    );
  });

  const writeLaterPage = async (at: Date): Promise<void> => {
    const [body] = encodePages([summary({ eventTime: '2026-11-20T12:30:00Z' })]);
    if (body === undefined) throw new Error('no page was made');
    await client.send(new PutCommand({ TableName: table, Item: { ...pageRow(body, 0, at), v: 99 } }));
  };
  const idsFound = async (): Promise<readonly string[]> =>
    (await collect(queries.search({ order: 'oldest-first' }))).map(({ eventID }) => eventID);
  /** The key of the item that holds a packed segment. */
  const segmentItem = async (): Promise<{ partition: unknown; item: unknown }> => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
    const whole = Items.find(({ partition }) => String(partition).endsWith('/whole'));
    return { partition: whole?.partition, item: whole?.item };
  };
  const packed = async (): Promise<void> => {
    await writePages(client, table, EVENTS, EARLIER);
    // Unmerged: nothing that was replaced is in the table.
    await packAll(client, table, NOW, { ...PACK_ALL, merge: PACK_POLICY.merge });
  };

  test('is named beside every answer where pack left it behind', async () => {
    await writeLaterPage(EARLIER);
    await packed();
    expect(await idsFound()).toEqual(IDS);
    expect(await queries.count({})).toBe(IDS.length);
    expect(await queries.event(IDS[0] ?? '')).toHaveLength(1);
    // Once for all questions of a command.
    expect(told).toEqual([expect.stringContaining('version 99')]);
    const search = queries.search({});
    await collect(search);
    expect(search.report()?.unreadable).toHaveLength(1);
  });

  test('ends the question where it is a page that no pack has seen', async () => {
    await packed();
    await writeLaterPage(NOW);
    await expect(idsFound()).rejects.toMatchObject({ name: 'SegmentNewer' });
    await expect(queries.count({})).rejects.toMatchObject({ name: 'SegmentNewer' });
    await expect(queries.facets({}, ['actor'])).rejects.toMatchObject({ name: 'SegmentNewer' });
  });

  test('ends the question where it is an item of a segment that was cut or written by a later version', async () => {
    await packed();
    const Key = await segmentItem();
    const change = (expression: string, value: unknown) =>
      client.send(
        new UpdateCommand({
          TableName: table,
          Key,
          UpdateExpression: expression,
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    await change('SET body = :value', Buffer.from('nothing'));
    await expect(idsFound()).rejects.toMatchObject({ name: 'SegmentDamaged' });
    await change('SET v = :value', 99);
    await expect(idsFound()).rejects.toMatchObject({ name: 'SegmentNewer' });
  });

  test('is never taken for empty where it is an item of a segment that is gone', async () => {
    await packed();
    await client.send(new DeleteCommand({ TableName: table, Key: await segmentItem() }));
    const missing = { name: 'SegmentItemMissing', message: expect.stringContaining('lacks its item whole') };
    await expect(idsFound()).rejects.toMatchObject(missing);
    await expect(queries.facets({}, ['actor'])).rejects.toMatchObject(missing);
    await expect(queries.event(IDS[0] ?? '')).rejects.toMatchObject(missing);
  });

  test('is read again, consistently, where the first read doesn’t find it or DynamoDB puts it off', async () => {
    await packed();
    const answers: string[] = [];
    const hesitant = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    const send = hesitant.send.bind(hesitant);
    hesitant.send = async (command: unknown) => {
      // The overloads of `send` have no common form.
      const output = (await send(command as BatchGetCommand)) as BatchGetCommandOutput;
      if (!(command instanceof BatchGetCommand)) return output;
      const keys = command.input.RequestItems?.[table];
      const isConsistent = keys?.ConsistentRead === true;
      answers.push(isConsistent ? 'consistent' : answers.length === 0 ? 'put off' : 'nothing');
      if (isConsistent) return output;
      return { ...output, Responses: {}, UnprocessedKeys: answers.length === 1 && keys ? { [table]: keys } : {} };
    };
    queries = createEventQueries(hesitant, { segments: table }, () => NOW);
    expect(await idsFound()).toEqual(IDS);
    expect(answers).toEqual(['put off', 'nothing', 'consistent']);
  });
});
