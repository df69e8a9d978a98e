import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import type { IndexedFinding } from '../../../lambda/store/findings/indexed-finding.ts';
import { Ledger } from '../../../lambda/store/ledger/ledger.ts';
import { createEventQueries, type EventQueries } from '../../../lambda/store/questions/event-queries.ts';
import { DEFAULT_RULES } from '../../../local/deployment/default-rules.ts';
import { localFunctions } from '../../../local/deployment/local-functions.ts';
import { writeRuleSet } from '../../../local/deployment/local-rule-set.ts';
import { type ReceivedAlert, receiveAlerts } from '../../../local/deployment/receive-alerts.ts';
import type { UploadedFile } from '../../../local/input/upload-log-file.ts';
import { uploadLogFile } from '../../../local/input/upload-log-file.ts';
import { startPipeline } from '../../../local/run/local-pipeline.ts';
import { readOutcomes } from '../../../local/run/read-outcomes.ts';
import { writeSample } from '../../../local/run/write-sample.ts';
import { collect } from '../../support/collect.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

/*
 * The sample of npm start on its way through bucket, topics, queue, the real functions and the tables: what each of
 * the five systems' records must come to.
 */

const ACCOUNT = '210987654321';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ROOT_TAGS = 'Root credentials changed tags';
const EFS = 'fs-0a1b2c3d4e5f60718';
const FSX = `arn:aws:fsx:eu-west-1:${ACCOUNT}:file-system/fs-0c3d5e7f9a1b2c4d6`;
const EFS_ROLE = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/elasticfilesystem.amazonaws.com/AWSServiceRoleForAmazonElasticFileSystem`;
const SECRETS = ['sample-Only-0rchard!', 'sample-private-key-of-nobody'];

describe('the sample of the five systems', () => {
  let aws: EmbeddedAws;
  let folder: string;
  let events: EventQueries;
  let findings: IndexedFinding[];
  let alerts: ReceivedAlert[];
  let objects: UploadedFile[];

  const run = async () => {
    const errors: unknown[] = [];
    const log = new PassThrough().resume();
    const pipeline = startPipeline(aws, {
      functions: localFunctions(aws, { log }),
      onError: (error) => errors.push(error),
      onBatch: ({ failed }) => failed > 0 && errors.push(`${failed} messages failed`),
    });
    const put: UploadedFile[] = [];
    try {
      for (const file of await writeSample(join(folder, 'sample'))) {
        put.push(await uploadLogFile(aws.clients.s3, aws.resources.buckets.logs, file));
      }
      await Promise.race([pipeline.drained(), delay(20_000, undefined, { ref: false })]);
    } finally {
      await pipeline.finish();
    }
    expect(errors).toEqual([]);
    return put;
  };

  const receiveAll = async () => {
    const all: ReceivedAlert[] = [];
    for (;;) {
      const batch = await receiveAlerts(aws, 0);
      if (batch.length === 0) return all;
      all.push(...batch);
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailwarden-sample-'));
    const rulesFile = join(folder, 'rules.json');
    await writeRuleSet(DEFAULT_RULES, rulesFile);
    aws = await startEmbeddedAws({ rulesFile });
    objects = await run();
    const documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
    events = createEventQueries(documents, aws.resources.tables);
    findings = await collect(createFindingQueries(documents, aws.resources.tables).search({}));
    alerts = await receiveAll();
  }, 30_000);

  afterAll(async () => {
    await aws.stop();
    await rm(folder, { recursive: true });
  });

  /** `action at time` of each event that a condition finds. */
  const found = async (conditions: Parameters<EventQueries['search']>[0]['conditions']) =>
    (await collect(events.search({ conditions, order: 'oldest-first' }))).map(({ action }) => action);

  const detail = async (eventID: string) => {
    const [event] = await events.event(eventID);
    if (event === undefined) throw new Error(`The event ${eventID} isn't indexed.`);
    return event;
  };

  const findingsOf = (eventID: string) =>
    findings.filter((finding) => finding.eventID === eventID).map(({ level, title }) => `${level}: ${title}`);

  const id = (number: number) => `0b6c8f64-3c21-4b8e-8a51-6d21f7b80${String(number).padStart(3, '0')}`;

  describe('FSx for Lustre', () => {
    test.each([
      ['TagResource, root written as arn:aws:sts', id(1), 'fsx:TagResource'],
      ['UntagResource, root written as arn:aws:iam', id(2), 'fsx:UntagResource'],
    ])('%s, is one root and a finding of level high', async (_what, eventID, action) => {
      expect(await detail(eventID)).toMatchObject({ action, actor: ROOT, actorKind: 'root', access: 'tagging' });
      expect((await detail(eventID)).resources).toContain(FSX);
      expect(findingsOf(eventID)).toContain(`high: ${ROOT_TAGS}`);
    });

    test("both are found by the file system's ARN", async () => {
      expect(await found({ resource: [FSX] })).toEqual(['fsx:TagResource', 'fsx:UntagResource']);
    });
  });

  describe('EFS', () => {
    test.each([
      ['CreateTags', id(3)],
      ['DeleteTags', id(4)],
    ])('%s by root is the same finding, about the file system', async (_what, eventID) => {
      expect((await detail(eventID)).resources).toContain(EFS);
      expect(findingsOf(eventID)).toContain(`high: ${ROOT_TAGS}`);
    });

    test('CreateServiceLinkedRole is an IAM user acting through EFS, about the role', async () => {
      expect(await detail(id(5))).toMatchObject({
        actor: `arn:aws:iam::${ACCOUNT}:user/platform/ines`,
        actorKind: 'iam-user',
        via: 'elasticfilesystem.amazonaws.com',
        credential: 'long-term',
      });
      expect((await detail(id(5))).resources).toContain(EFS_ROLE);
    });

    test('CreateNetworkInterface by the service-linked role is found by everything that it names', async () => {
      expect(await detail(id(6))).toMatchObject({ actor: EFS_ROLE, actorKind: 'service-linked-role' });
      for (const resource of ['eni-0d9c8b7a6f5e4d3c2', 'subnet-0f1e2d3c4b5a69788', EFS, 'fsmt-09f8e7d6c5b4a3021']) {
        expect(await found({ resource: [resource] })).toContain('ec2:CreateNetworkInterface');
      }
      expect(findingsOf(id(6))).toEqual([]);
    });

    test('NewClientConnection with ClientRootAccess is a finding, found by file system, access point and client', async () => {
      expect(findingsOf(id(7))).toEqual(['medium: NFS client connected to a file system as root']);
      const action = 'elasticfilesystem:NewClientConnection';
      expect(await found({ resource: [EFS], address: ['10.20.30.118'] })).toEqual([action]);
      expect(await found({ resource: ['fsap-0f0e0d0c0b0a09080'] })).toContain(action);
      expect(await found({ address: ['10.20.30.118'] })).toEqual([action]);
    });

    test('NewClientConnection without ClientRootAccess is none', () => {
      expect(findingsOf(id(8))).toEqual([]);
    });

    test('UpdateClientConnection without ClientMount is a finding of level low', () => {
      expect(findingsOf(id(9))).toEqual(['low: Connected NFS client lost its permission to mount']);
    });
  });

  test.each([
    ['GenerateDataKeyWithoutPlaintext', id(10)],
    ['Decrypt', id(11)],
  ])(
    'EFS and KMS: %s by an account of Amazon EFS is shown as such, with its region, and found by the file system',
    async (name, eventID) => {
      const { actorName, awsRegion } = await detail(eventID);
      expect(`${actorName} in ${awsRegion}`).toMatch(/Amazon EFS.* in eu-west-2/);
      expect(await found({ resource: ['fs-0e7d6c5b4a3928170'] })).toContain(`kms:${name}`);
    },
  );

  describe('OpsWorks for Chef Automate', () => {
    const server = `arn:aws:opsworks-cm:us-west-2:${ACCOUNT}:server/orchard-chef/7c0e4b1a-9d25-4f63-b8a7-5e2f1d3c7709`;

    test('CreateServer is found by the server and by the role', async () => {
      expect(await found({ resource: [server] })).toEqual(['opsworks-cm:CreateServer']);
      expect(await found({ actor: [`arn:aws:iam::${ACCOUNT}:role/PlatformDeploy`] })).toEqual([
        'opsworks-cm:CreateServer',
      ]);
    });

    test("the account's secrets stand in no row and no message", async () => {
      const rows: unknown[] = [];
      for (const TableName of Object.values(aws.resources.tables)) {
        const { Items = [] } = await aws.clients.dynamodb.send(new ScanCommand({ TableName }));
        rows.push(...Items);
      }
      expect(rows.length).toBeGreaterThan(40);
      const text = JSON.stringify([rows, alerts]);
      for (const secret of SECRETS) expect(text).not.toContain(secret);
    });
  });

  describe('EKS', () => {
    test('CreateCluster is found by cluster, action and user', async () => {
      const created = 'eks:CreateCluster';
      expect(await found({ resource: [`arn:aws:eks:us-east-1:${ACCOUNT}:cluster/tidal`] })).toContain(created);
      expect(await found({ action: [created] })).toEqual([created]);
      expect(await found({ actor: [`arn:aws:iam::${ACCOUNT}:user/platform/yuki`] })).toContain(created);
    });

    test('DeleteInstanceProfile by the service-linked role is no finding', async () => {
      expect(await detail(id(14))).toMatchObject({ actorKind: 'service-linked-role' });
      expect(findingsOf(id(14))).toEqual([]);
    });
  });

  describe('App Mesh', () => {
    const node = `arn:aws:appmesh:us-east-2:${ACCOUNT}:mesh/harbour/virtualNode/checkout`;

    test('CreateMesh is found by the mesh, its account understood though it is a number', async () => {
      expect(await detail(id(15))).toMatchObject({ account: ACCOUNT });
      expect(await found({ resource: [`arn:aws:appmesh:us-east-2:${ACCOUNT}:mesh/harbour`] })).toEqual([
        'appmesh:CreateMesh',
      ]);
    });

    test('every connection event is found by the virtual node', async () => {
      expect(await found({ resource: [node] })).toEqual(Array(3).fill('appmesh:StreamAggregatedResources'));
    });

    test.each([
      ['ConnectionEstablished', id(16)],
      ['ConnectionGracefullyTerminated', id(17)],
    ])('%s is no finding', (_what, eventID) => {
      expect(findingsOf(eventID)).toEqual([]);
    });

    test('the status of a connection that broke stands with the event', async () => {
      expect(await detail(id(18))).toMatchObject({ outcome: 'error', errorCode: 'ConnectionTerminated' });
      for (const sound of [id(16), id(17)]) expect(await detail(sound)).toMatchObject({ outcome: 'success' });
    });

    test('ConnectionTerminated is a finding of level high, and the alert says node and reason', () => {
      expect(findingsOf(id(18))).toEqual(['high: Envoy lost its connection to App Mesh']);
      const [text, ...others] = alerts.filter(({ form, subject }) => form === 'text' && subject.includes('Envoy'));
      expect(others).toEqual([]);
      expect(text?.subject).toMatch(/HIGH.*Envoy/);
      expect(text?.body).toContain(node);
      expect(text?.body).toContain("Virtual node checkout doesn't exist in mesh harbour");
    });
  });

  test('the cut object is rejected with the reason, and every record of the others is indexed', async () => {
    const ledger = new Ledger(DynamoDBDocumentClient.from(aws.clients.dynamodb), aws.resources.tables.ledger);
    expect(await readOutcomes(ledger, objects)).toEqual({
      closed: 7,
      rejected: 1,
      open: 0,
      repeated: 0,
      records: 18,
      indexed: 18,
      rejectedRecords: 0,
      problems: [{ file: expect.stringContaining('CutInTransit'), reason: expect.stringContaining('cut') }],
    });
  });

  test('each alert came as text and as JSON, and the alerts of one window share one message', () => {
    const texts = alerts.filter(({ form }) => form === 'text');
    const bodies = alerts.filter(({ form }) => form === 'json').map(({ body }) => JSON.parse(body));
    expect(texts.length).toBe(bodies.length);
    expect(new Set(bodies.map(({ alertId }) => alertId)).size).toBe(bodies.length);
    const tagAlerts = texts.filter(({ subject }) => subject.includes(ROOT_TAGS));
    expect(tagAlerts.length).toBe(3);
  });

  test('reading everything again changes no count and sends no alert', async () => {
    const count = await events.count({});
    await run();
    expect(await events.count({})).toBe(count);
    const again = createFindingQueries(DynamoDBDocumentClient.from(aws.clients.dynamodb), aws.resources.tables);
    expect((await collect(again.search({}))).length).toBe(findings.length);
    expect(await receiveAll()).toEqual([]);
  });
});
