import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type FindingMark, FindingMarks } from '../../../lambda/store/findings/finding-marks.ts';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import { FindingTable } from '../../../lambda/store/findings/finding-table.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { finding } from '../../support/findings.ts';

const NOW = new Date('2026-11-20T14:10:00Z');
const FALSE: FindingMark = { verdict: 'false', reason: 'CHG-1', by: 'alice', at: NOW.toISOString() };
const TRUE: FindingMark = { ...FALSE, verdict: 'true', reason: 'Not ours' };

let aws: EmbeddedAws;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

function tables() {
  const documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
  const { tables: names } = aws.resources;
  return {
    documents,
    names,
    findings: new FindingTable(documents, names.findings),
    marks: new FindingMarks(documents, names.findings),
  };
}

test('the last mark of a finding counts, and stands beside all that was found', async () => {
  const { findings, marks, documents, names } = tables();
  const found = finding({ findingId: 'marked' });
  await findings.record(found, { alertId: 'a-1', windowMinutes: 15 }, NOW);
  expect(await marks.get('marked')).toEqual({ findingId: 'marked', level: 'high', alertId: 'a-1' });
  expect(await marks.mark('marked', FALSE)).toBe(true);
  expect(await marks.mark('marked', TRUE)).toBe(true);
  expect(await marks.get('marked')).toMatchObject({ mark: TRUE });
  const query = createFindingQueries(documents, names, () => NOW).search({ conditions: { alertId: ['a-1'] } });
  const rows: unknown[] = [];
  for await (const row of query) rows.push(row);
  expect(rows[0]).toMatchObject({ ...found, alertId: 'a-1', mark: TRUE });
});

test('a finding that is recorded again keeps its mark', async () => {
  const { findings, marks } = tables();
  const found = finding({ findingId: 'again' });
  await findings.record(found, { recordedOnly: true }, NOW);
  await marks.mark('again', FALSE);
  expect(await findings.record(found, { recordedOnly: true }, NOW)).toMatchObject({ status: 'known' });
  expect(await marks.get('again')).toEqual({ findingId: 'again', level: 'high', mark: FALSE });
});

test('a finding that is not there is not made by marking it', async () => {
  const { marks } = tables();
  expect(await marks.mark('none', FALSE)).toBe(false);
  expect(await marks.get('none')).toBeUndefined();
});

test('a mark of another version counts as none', async () => {
  const { findings, marks, documents, names } = tables();
  await findings.record(finding({ findingId: 'newer' }), { recordedOnly: true }, NOW);
  await documents.send(
    new UpdateCommand({
      TableName: names.findings,
      Key: { findingId: 'newer' },
      UpdateExpression: 'SET #mark = :mark',
      ExpressionAttributeNames: { '#mark': 'mark' },
      ExpressionAttributeValues: { ':mark': { version: 2, verdict: 'maybe' } },
    }),
  );
  expect(await marks.get('newer')).toEqual({ findingId: 'newer', level: 'high' });
});

test('the findings of an alert are listed, the oldest first', async () => {
  const { findings, marks } = tables();
  for (const [findingId, minute] of [
    ['late', '20'],
    ['early', '10'],
  ] as const) {
    const found = finding({ findingId, eventTime: `2026-11-20T14:${minute}:00Z` });
    await findings.record(found, { alertId: 'a-2', windowMinutes: 15 }, NOW);
  }
  expect(await marks.ofAlert('a-2')).toEqual(['early', 'late']);
  expect(await marks.ofAlert('a-3')).toEqual([]);
});
