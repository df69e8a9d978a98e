import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { uploadLogFile } from '../../../../local/input/upload-log-file.ts';
import { finding } from '../../../support/findings.ts';
import { logObject, record, root } from '../../../support/records.ts';
import { type AskedDeployment, startAskedDeployment } from '../../support/asked-deployment.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('trailwarden event', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
  });
  afterAll(() => deployment.stop());

  const ask = (id: string, ...args: string[]) => runCommand(['event', id, ...deployment.args, ...args]);
  const bucket = () => deployment.aws.resources.buckets.logs;

  test('shows the event with its resources, and the record as CloudTrail wrote it', async () => {
    const raw = record({
      eventID: 'e-1',
      requestParameters: { fileSystemId: 'fs-00112233', subnetId: 'subnet-00112233', weight: 1.5 },
      responseElements: { credentials: { sessionToken: 'IQoJb3JpZ2luX2VjE' } },
    });
    await deployment.put([record(), raw, record()]);
    const { code, stdout } = await ask('e-1', '--format', 'jsonl');
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([
      expect.objectContaining({
        eventID: 'e-1',
        resources: ['fs-00112233', 'subnet-00112233'],
        record: raw,
        object: expect.objectContaining({ content: 'same', ledgerStatus: 'closed' }),
        receipt: expect.objectContaining({ bucket: bucket(), index: 1 }),
      }),
    ]);
    const table = await ask('e-1');
    expect(table.stdout).toContain('its SHA-256 is the one in the ledger');
    expect(table.stdout).toContain('"fileSystemId": "fs-00112233"');
    expect(table.stdout).not.toContain('IQoJb3JpZ2luX2VjE');
  });

  test('shows the record token by token as it stands in the log object, in every format', async () => {
    const members = '"n":9007199254740993,"e":1e400,"z":1.0,"s":"\\u0041\\/","twice":1,"twice":2';
    const start = JSON.stringify(record({ eventID: 'e-exact' })).slice(0, -1);
    const text = `${start},${members},"empty":{},"credentials":{"password":"hunter2","n":123456789012345678901}}`;
    await deployment.putText(`{"Records":[\n${text.replaceAll('":', '": ')}\n]}`);
    for (const format of ['json', 'jsonl']) {
      expect((await ask('e-exact', '--format', format)).stdout).toContain(`"record":${text}`);
    }
    expect((await ask('e-exact', '--format', 'csv')).stdout).toContain(text.replaceAll('"', '""'));
    const { stdout } = await ask('e-exact');
    expect(stdout).toContain(
      '  "n": 9007199254740993,\n  "e": 1e400,\n  "z": 1.0,\n  "s": "\\u0041\\/",\n  "twice": 1,\n  "twice": 2,\n' +
        '  "empty": {},\n  "credentials": {\n    "password": "***",\n    "n": "***"\n  }\n}',
    );
  });

  test.each([
    ['/home/bob/Fälle/2026 ✓/log.json', '/home/bob/Fälle/2026 ✓/log.json'],
    ['-', 'standard input'],
  ])('says which of one’s own files the log object was: %s', async (origin, shown) => {
    const eventID = `of-${encodeURIComponent(origin)}`;
    const key = await deployment.put([record({ eventID })]);
    const folder = await temporaryFolder();
    const content = JSON.stringify({ Records: [record({ eventID })] });
    const path = await folder.write('log.json', content);
    const uploaded = await uploadLogFile(deployment.aws.clients.s3, bucket(), { path, key, origin });
    expect(uploaded.key).toBe(key);
    await folder.remove();
    expect((await ask(eventID)).stdout).toContain(`File         ${shown}\n`);
    const [event] = jsonLines((await ask(eventID, '--format', 'jsonl')).stdout);
    expect(event).toMatchObject({ object: { file: origin } });
  });

  test('names what rules found about it, and takes its id in capitals', async () => {
    const eventID = '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e';
    await deployment.put([record({ eventID, eventTime: '2026-11-20T11:00:00Z', userIdentity: root() })]);
    const about = { eventID, eventTime: '2026-11-20T11:00:00Z' };
    await deployment.record(finding({ ...about, findingId: 'f-found' }), 'alert-found');
    await deployment.record(finding({ ...about, findingId: 'f-other', eventID: 'e-other' }));
    const { stdout } = await ask(eventID.toUpperCase(), '--format', 'jsonl');
    expect(jsonLines(stdout)[0]).toMatchObject({
      findings: [{ findingId: 'f-found', ruleId: finding().ruleId, level: 'high', alertId: 'alert-found' }],
    });
    expect((await ask(eventID)).stdout).toMatch(
      /Findings +high: Root credentials changed tags, rule 9f3c8a52-[-0-9a-f]+, alert alert-found\n/,
    );
  });

  test('says that there is none', async () => {
    const { code, stderr } = await ask('nothing');
    expect(code).toBe(1);
    expect(stderr).toBe('There is no event nothing in the index.\n');
  });

  test('shows each event of an eventID that several share', async () => {
    await deployment.put([
      record({ eventID: 'shared', eventName: 'CreateTags' }),
      record({ eventID: 'shared', eventName: 'DeleteTags' }),
    ]);
    const { stdout } = await ask('shared', '--format', 'jsonl');
    expect(jsonLines(stdout).map(({ eventName, record: raw }) => [eventName, raw])).toEqual(
      expect.arrayContaining([
        ['CreateTags', expect.objectContaining({ eventName: 'CreateTags' })],
        ['DeleteTags', expect.objectContaining({ eventName: 'DeleteTags' })],
      ]),
    );
  });

  test('ends with 4 where the log object was changed after it was indexed', async () => {
    const key = await deployment.put([record({ eventID: 'e-2' })]);
    const { s3 } = deployment.aws.clients;
    const Body = logObject([record({ eventID: 'e-2', eventName: 'Forged' })]);
    await s3.send(new PutObjectCommand({ Bucket: bucket(), Key: key, Body }));
    const { code, stdout, stderr } = await ask('e-2');
    expect(code).toBe(4);
    expect(stdout).toContain('NOT the one in the ledger');
    expect(stderr).toContain('somebody has changed it');
  });

  test('says what the digest says', async () => {
    const key = await deployment.put([record({ eventID: 'e-3' })]);
    expect((await ask('e-3')).stdout).toContain('nothing vouches for the log object so far');
    const [{ receipt } = { receipt: undefined }] = jsonLines((await ask('e-3', '--format', 'jsonl')).stdout);
    const { version } = receipt as { version: string };
    const status = async (digestStatus: string) => {
      await deployment.aws.clients.dynamodb.send(
        new UpdateItemCommand({
          TableName: deployment.aws.resources.tables.ledger,
          Key: { object: { S: `s3://${bucket()}/${key}` }, version: { S: version } },
          UpdateExpression: 'SET digestStatus = :status',
          ExpressionAttributeValues: { ':status': { S: digestStatus } },
        }),
      );
      return ask('e-3');
    };
    expect((await status('verified')).stdout).toContain('it is what CloudTrail wrote');
    expect(await status('modified')).toMatchObject({ code: 4, stdout: expect.stringContaining('NOT what CloudTrail') });
  });

  test('shows what the index has where the log object is gone', async () => {
    const key = await deployment.put([record({ eventID: 'e-4' })]);
    await deployment.aws.clients.s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: key }));
    const { code, stdout } = await ask('e-4');
    expect(code).toBe(1);
    expect(stdout).toContain('is gone from the bucket');
    expect(stdout).toContain('ec2:DescribeInstances');
  });
});
