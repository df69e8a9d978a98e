import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readEvent } from '../lambda/cloudtrail/cloudtrail-event.ts';
import { createEventQueries, type EventQuery } from '../lambda/index/event-query.ts';
import type { JsonObject } from '../lambda/shared/json.ts';
import { RowWriter } from '../lambda/store/dynamo/row-writer.ts';
import { type EventRow, eventRowKey, eventRows, type ResourceRow } from '../lambda/store/rows/event-row.ts';
import { createTables } from '../local/deployment/create-tables.ts';
import { createClients } from '../local/deployment/local-clients.ts';
import { startEmbeddedAws } from '../local/emulators/embedded-aws.ts';

/** What one question to an index of 30,000 events costs. */
export interface IndexRow {
  question: string;
  events: number;
  medianMilliseconds: number;
  readUnits: number;
  requests: number;
}

const RECORDS = 30_000;
const ROUNDS = 11;
/** The defaults of the command line. */
const MAX_READ_UNITS = 10_000;
const START = Date.UTC(2026, 10, 1);
const ACCOUNTS = ['111122223333', '444455556666', '777788889999'];
const ACTIONS = ['DescribeInstances', 'RunInstances', 'TerminateInstances', 'CreateTags', 'DescribeVolumes'];

/** A month of three accounts: 50 roles, 500 sessions, 2,000 instances, 250 addresses, one failure in 20. */
function madeRecord(index: number): JsonObject {
  const account = ACCOUNTS[index % ACCOUNTS.length] ?? '';
  const role = `role-${index % 50}`;
  const session = index % 500;
  const eventName = ACTIONS[index % ACTIONS.length] ?? '';
  return {
    eventVersion: '1.09',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:session-${session}`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/session-${session}`,
      accountId: account,
      accessKeyId: `ASIAEXAMPLE${String(session).padStart(9, '0')}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: `arn:aws:iam::${account}:role/${role}`,
          accountId: account,
          userName: role,
        },
      },
    },
    eventTime: new Date(START + index * 86_000).toISOString(),
    eventSource: 'ec2.amazonaws.com',
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: `203.0.113.${index % 250}`,
    userAgent: 'aws-cli/2.15.0',
    requestParameters: {
      instancesSet: { items: [{ instanceId: `i-${String(index % 2000).padStart(17, '0')}` }] },
      ...(index % 3 === 0 && { subnetId: `subnet-${String(index % 90).padStart(17, '0')}` }),
    },
    ...(index % 20 === 0 && { errorCode: 'Client.UnauthorizedOperation', errorMessage: 'Not allowed.' }),
    eventID: `99999999-8888-7777-6666-${String(index).padStart(12, '0')}`,
    readOnly: eventName.startsWith('Describe'),
    recipientAccountId: account,
  };
}

const QUESTIONS: Readonly<Record<string, EventQuery>> = {
  'by-actor, the last 50': { conditions: { actor: ['arn:aws:iam::111122223333:role/role-0'] }, limit: 50 },
  'by-action, the last 50': { conditions: { action: ['ec2:RunInstances'] }, limit: 50 },
  'by-resource, all': { conditions: { resource: [`i-${'7'.padStart(17, '0')}`] } },
  'by-resource, a further one': { conditions: { resource: [`subnet-${'30'.padStart(17, '0')}`] }, limit: 50 },
  'by-address, all': { conditions: { address: ['203.0.113.77'] } },
  'by-credential, all': { conditions: { accessKeyId: [`ASIAEXAMPLE${'77'.padStart(9, '0')}`] } },
  'by-error, the last 50': { conditions: { errorCode: ['Client.UnauthorizedOperation'] }, limit: 50 },
  'by-day, the last 50': { limit: 50 },
  'by-day, one day of one account': {
    conditions: { account: ['111122223333'] },
    since: new Date('2026-11-10T00:00:00Z'),
    until: new Date('2026-11-11T00:00:00Z'),
  },
  'three conditions, the best index': {
    conditions: {
      action: ['ec2:RunInstances'],
      actor: ['arn:aws:iam::111122223333:role/role-21'],
      address: ['203.0.113.71'],
    },
  },
};

/** Asks each question of an index in the embedded DynamoDB, over its own protocol. */
export async function benchIndex(): Promise<readonly IndexRow[]> {
  const aws = await startEmbeddedAws();
  const clients = createClients(aws.endpoints);
  try {
    const documents = DynamoDBDocumentClient.from(clients.dynamodb);
    const { events } = await createTables(clients.dynamodb, 'bench');
    await fill(documents, events);
    const rows: IndexRow[] = [];
    for (const [question, query] of Object.entries(QUESTIONS))
      rows.push(await measure(documents, events, question, query));
    return rows;
  } finally {
    clients.destroy();
    await aws.stop();
  }
}

async function fill(client: DynamoDBDocumentClient, eventsTable: string): Promise<void> {
  const now = () => new Date();
  const writer = new RowWriter<EventRow | ResourceRow>({ client, table: eventsTable, keyOf: eventRowKey });
  for (let index = 0; index < RECORDS; index++) {
    const result = readEvent(madeRecord(index), { bucket: 'logs', key: 'AWSLogs/made.json.gz', version: 'v1', index });
    if (!result.ok) throw new Error(result.reason);
    for (const row of eventRows(result.event, { rowDays: 365, now: now() })) await writer.add(row);
  }
  await writer.flush();
}

async function measure(
  client: DynamoDBDocumentClient,
  events: string,
  question: string,
  query: EventQuery,
): Promise<IndexRow> {
  const times: number[] = [];
  let row = { question, events: 0, readUnits: 0, requests: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const search = createEventQueries(client, { events }).search({ ...query, maxReadUnits: MAX_READ_UNITS });
    const start = performance.now();
    let found = 0;
    for await (const _ of search) found++;
    times.push(performance.now() - start);
    const report = search.report();
    row = { question, events: found, readUnits: report?.units ?? 0, requests: report?.requests ?? 0 };
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  return { ...row, medianMilliseconds: Math.round(median) };
}

if (import.meta.main) console.table(await benchIndex());
