import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttributeValue, QueryCommand, type QueryCommandInput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type AskedDeployment, startAskedDeployment } from '../cli/support/asked-deployment.ts';
import { jsonLines, runCommand } from '../cli/support/run-command.ts';
import { finding } from '../support/findings.ts';
import { ACCOUNT, event, record, root } from '../support/records.ts';
import { assumeRole, keyOf, sessionOf } from '../support/sessions.ts';
import { writeRows } from '../support/write-rows.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/queries.md'), 'utf8');

const KEY = 'ASIADEPLOYEXAMPLE000';
const DEPLOY = sessionOf('Deploy', 'ci-7', KEY);
const ASSUMED = '11111111-52a3-4b1c-9a86-4a1d2c1f0f4e';
const DELETED = '8a2f61c4-52a3-4b1c-9a86-4a1d2c1f0f4e';
const DENIED = '22222222-52a3-4b1c-9a86-4a1d2c1f0f4e';
const ROOT = '33333333-52a3-4b1c-9a86-4a1d2c1f0f4e';
const RULE = '9f3c8a52-1d7e-4c1c-9d4e-0a7f4f3f3b11';

const RECORDS = [
  assumeRole(
    keyOf('alice', 'AKIAALICEEXAMPLE0000'),
    { role: 'Deploy', session: 'ci-7', accessKeyId: KEY },
    { eventID: ASSUMED, eventTime: '2026-11-20T09:00:00Z' },
  ),
  record({
    eventID: DELETED,
    eventTime: '2026-11-20T10:00:00Z',
    eventSource: 'elasticfilesystem.amazonaws.com',
    eventName: 'DeleteTags',
    readOnly: false,
    userIdentity: DEPLOY,
    sourceIPAddress: '203.0.113.99',
    // The file system is the second resource, so that its row is a further one.
    requestParameters: { securityGroupId: 'sg-00112233', fileSystemId: 'fs-0123456789abcdef0' },
  }),
  record({
    eventID: DENIED,
    eventTime: '2026-11-20T10:04:00Z',
    userIdentity: DEPLOY,
    errorCode: 'AccessDenied',
    requestParameters: { fileSystemId: 'fs-0123456789abcdef0' },
  }),
  record({
    eventID: ROOT,
    eventTime: '2026-11-20T12:00:00Z',
    eventSource: 'fsx.amazonaws.com',
    eventName: 'TagResource',
    readOnly: false,
    userIdentity: root(),
  }),
];

/** Those that have rows unless a deployment says otherwise: AssumeRole is a read. */
const NOTABLE = RECORDS.slice(1);

/** What each question on the page is answered with, by the ids of events and findings; a number is a count. */
const ANSWERS: Readonly<Record<string, readonly string[] | number>> = {
  'Who used root?': [ROOT],
  'What did this role do on that day?': [DELETED, DENIED],
  'Who called this action?': [ROOT],
  'Who touched this resource?': [DELETED, DENIED],
  'What changed it?': [DELETED],
  'Who deleted its tags, from where, with which credentials?': [DELETED],
  'What came from this address?': [DELETED],
  // The deployment of the test knows no networks.
  'From which networks and countries did people call?': [],
  'What did this access key do?': [DELETED, DENIED],
  'Where did this key come from?': [ASSUMED],
  'What was denied?': [DENIED],
  'What happened around that minute?': [DELETED, DENIED],
  'How many events does an actor have?': 2,
  'Who does the most?': ['arn:aws:iam::111122223333:role/Deploy'],
  'Which days and accounts have events?': ['111122223333', '2026-11-20'],
  'What is this event?': [DELETED],
  'What did a rule find?': ['f-1'],
  'What was found of a level on a day?': ['f-1'],
  'What was found about an actor?': ['f-1'],
  'What does this alert stand for?': ['f-1'],
  'What became of the log objects of a region and day?': ['closed'],
};

function idsOf(answer: readonly string[] | number): readonly string[] {
  return typeof answer === 'number' ? [] : answer;
}

/** A trace tells what the key did as well. */
const WIDER: readonly string[] = ['trailwarden trace'];

interface Question {
  readonly heading: string;
  readonly command: readonly string[];
}

/** The commands of the page, their words as a shell reads them. */
function commands(): readonly Question[] {
  return PAGE.split(/^## /m).flatMap((section) => {
    const heading = section.slice(0, section.indexOf('\n'));
    const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block);
    return blocks.flatMap(readByShell).map((command) => ({ heading, command }));
  });
}

function readByShell(block: string): readonly (readonly string[])[] {
  const spell = (name: string): string => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\001\\0'; }`;
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', `${spell('aws')}\n${spell('trailwarden')}\n${block}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The shell can't read this: ${stderr}\n${block}`);
  return stdout
    .split('\u0001\u0000')
    .filter(Boolean)
    .map((words) => words.split('\u0000').slice(0, -1));
}

const attributeValues = z.record(z.string(), z.object({ S: z.string() }));
const attributeNames = z.record(z.string(), z.string());

/** The options of `aws dynamodb query` that the page uses, as the SDK has them. */
function queryInput(words: readonly string[], deployment: string): QueryCommandInput {
  const options: Partial<QueryCommandInput> = {};
  for (let index = 0; index < words.length; index++) {
    const value = words[index + 1] ?? '';
    switch (words[index]) {
      case '--no-scan-index-forward':
        options.ScanIndexForward = false;
        continue;
      case '--consistent-read':
        options.ConsistentRead = true;
        continue;
      case '--table-name':
        options.TableName = value.replace(/^trailwarden-/, `${deployment}-`);
        break;
      case '--index-name':
        options.IndexName = value;
        break;
      case '--key-condition-expression':
        options.KeyConditionExpression = value;
        break;
      case '--filter-expression':
        options.FilterExpression = value;
        break;
      case '--expression-attribute-names':
        options.ExpressionAttributeNames = attributeNames.parse(JSON.parse(value));
        break;
      case '--expression-attribute-values':
        options.ExpressionAttributeValues = attributeValues.parse(JSON.parse(value));
        break;
      case '--select':
        if (value !== 'COUNT') throw new Error(`--select ${value}`);
        options.Select = value;
        break;
      default:
        throw new Error(`aws dynamodb query has no ${words[index]} here`);
    }
    index++;
  }
  return { TableName: '', ...options };
}

const idOf = ({ eventID, findingId, value }: Record<string, unknown>): string => String(findingId ?? eventID ?? value);
const rowId = ({ eventID, findingId, status }: Record<string, AttributeValue>): string =>
  (findingId ?? eventID ?? status)?.S ?? '';

describe('docs/queries.md', () => {
  let deployment: AskedDeployment;
  beforeAll(async () => {
    deployment = await startAskedDeployment();
    const key = await deployment.put(RECORDS);
    await writeRows(
      DynamoDBDocumentClient.from(deployment.aws.clients.dynamodb),
      deployment.aws.resources.tables.events,
      NOTABLE.map((members) => event(members)),
    );
    await deployment.record(
      finding({ findingId: 'f-1', eventID: ROOT, eventTime: '2026-11-20T12:00:00Z', ruleId: RULE }),
      '5e0c1f0e7b1d4f5c8a2b3c4d5e6f7081',
    );
    const { tables, buckets } = deployment.aws.resources;
    const { dynamodb } = deployment.aws.clients;
    const [row = {}] = await rows({
      TableName: tables.ledger,
      KeyConditionExpression: '#object = :object',
      ExpressionAttributeNames: { '#object': 'object' },
      ExpressionAttributeValues: { ':object': { S: `s3://${buckets.logs}/${key}` } },
    });
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: tables.ledger,
        Key: { object: row.object ?? { S: '' }, version: row.version ?? { S: '' } },
        UpdateExpression: 'SET accountRegionDay = :day, deliveredAt = :at',
        ExpressionAttributeValues: {
          ':day': { S: `${ACCOUNT}#eu-west-1#2026-11-20` },
          ':at': { S: '2026-11-20T14:05:00Z' },
        },
      }),
    );
  });
  afterAll(() => deployment.stop());

  const rows = async (input: QueryCommandInput) =>
    (await deployment.aws.clients.dynamodb.send(new QueryCommand(input))).Items ?? [];

  const askDynamoDb = async (words: readonly string[]) => {
    const input = queryInput(words, deployment.aws.resources.deployment);
    const { Items, Count } = await deployment.aws.clients.dynamodb.send(new QueryCommand(input));
    return Items?.map(rowId) ?? Count ?? 0;
  };

  const askTrailwarden = async (words: readonly string[]) => {
    const wantsFormat = words.includes('--format') || words.includes('--count') ? [] : ['--format', 'jsonl'];
    const zone = words.includes('--zone') ? [] : ['--zone', 'UTC'];
    const name = ['--deployment', deployment.aws.resources.deployment];
    const { code, stdout, stderr } = await runCommand([...words, ...wantsFormat, ...zone, ...name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return words.includes('--count') ? Number(stdout) : jsonLines(stdout).map(idOf);
  };

  const questions = commands();

  test('has an answer here for each question', () => {
    expect([...new Set(questions.map(({ heading }) => heading))]).toEqual(Object.keys(ANSWERS));
  });

  test.each(Object.entries(ANSWERS))('%s', async (heading, expected) => {
    const answers = new Map<string, string[]>();
    const counts: number[] = [];
    for (const { command } of questions.filter((question) => question.heading === heading)) {
      const [tool, service, operation, ...words] = command;
      const isAws = tool === 'aws';
      if (isAws) expect([service, operation]).toEqual(['dynamodb', 'query']);
      const answer = isAws ? await askDynamoDb(words) : await askTrailwarden(command.slice(1));
      // The commands of a loop answer together; other commands each for themselves.
      const name = isAws ? 'aws' : command.join(' ');
      if (typeof answer === 'number') counts.push(answer);
      else answers.set(name, [...(answers.get(name) ?? []), ...answer]);
    }
    for (const count of counts) expect(count).toBe(expected);
    for (const [name, answer] of answers) {
      const ids = [...new Set(answer)].toSorted();
      if (WIDER.some((word) => name.includes(word))) expect(ids).toEqual(expect.arrayContaining([...idsOf(expected)]));
      else expect({ name, ids }).toEqual({ name, ids: idsOf(expected).toSorted() });
    }
    expect(counts.length + answers.size).toBeGreaterThan(0);
  });
});
