import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DigestLedger } from '../../../lambda/store/ledger/digest-ledger.ts';
import { type Closing, Ledger } from '../../../lambda/store/ledger/ledger.ts';
import { LEDGER_ENTRY_ATTRIBUTES } from '../../../lambda/store/schema.ts';
import { collect } from '../../support/collect.ts';
import { countConsumed } from '../../support/consumed-units.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';

/** The index of the ledger holds what is asked of many objects, and the rest costs nothing in it. */

const NOW = new Date('2026-11-20T14:10:00Z');
const OBJECT = {
  bucket: 'trail-logs-111122223333',
  key: 'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/111122223333_CloudTrail_eu-west-1_20261120T1405Z_a.json.gz',
  version: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
};
const OPENING = { account: '111122223333', region: 'eu-west-1', deliveredAt: '2026-11-20T14:05:00Z', now: NOW };

/** As large as a row gets by the rejections that it names. */
const CLOSING: Closing = {
  now: NOW,
  records: 50,
  indexed: 45,
  rejected: 5,
  findings: 2,
  rejections: [0, 1, 2, 3, 4].map((index) => ({
    index,
    reason: 'it has no eventTime, which says when it was '.repeat(9),
  })),
  quarantine: { bucket: 'quarantine', copies: { '0': { sha256: 'a'.repeat(64), recovered: 0, findings: 0 } } },
  content: { sha256: 'b'.repeat(64), bytes: 20_000 },
};

let aws: EmbeddedAws;

beforeAll(async () => {
  aws = await startEmbeddedAws();
});

afterAll(() => aws.stop());

test('reading the index tells what the index holds of a row, and no more', async () => {
  const { ledger, digests } = ledgersOf();
  await ledger.open(OBJECT, OPENING);
  await ledger.close(OBJECT, CLOSING, { resumedAt: undefined });
  await digests.vouch(OBJECT, 'verified', 'a digest');
  const [entry, ...others] = await collect(
    digests.logObjects('111122223333', 'eu-west-1', '2026-11-20T14:00:00Z', '2026-11-20T15:00:00Z'),
  );
  expect(others).toEqual([]);
  expect(entry).toEqual({
    object: `s3://${OBJECT.bucket}/${OBJECT.key}`,
    version: OBJECT.version,
    deliveredAt: OPENING.deliveredAt,
    status: 'closed',
    records: 50,
    indexed: 45,
    rejected: 5,
    findings: 2,
    digestStatus: 'verified',
  });
  const held = new Set<string>(LEDGER_ENTRY_ATTRIBUTES);
  const keys = new Set(['object', 'version', 'deliveredAt']);
  for (const name of Object.keys(entry ?? {})) expect(held.has(name) || keys.has(name)).toBe(true);
});

test('what the index does not hold costs no unit in it', async () => {
  const { ledger, digests, taken } = ledgersOf();
  const object = { ...OBJECT, version: 'of another version' };
  await ledger.open(object, OPENING);
  // A row of less than 1 KB, alone.
  expect(await taken(() => ledger.open(object, OPENING))).toBe(1);
  // A row of 3 KB, and less than 1 KB of it in the index.
  expect(await taken(() => ledger.close(object, CLOSING, { resumedAt: undefined }))).toBe(4);
  expect(await taken(() => digests.vouch(object, 'verified', OBJECT.key))).toBe(4);
});

function ledgersOf() {
  const { dynamodb } = aws.clients;
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const counted = countConsumed(dynamodb);
  const { ledger: table } = aws.resources.tables;
  return {
    ledger: new Ledger(documents, table),
    digests: new DigestLedger(documents, table),
    taken: async (work: () => Promise<unknown>) => {
      counted.clear();
      await work();
      return [...counted.values()].reduce((sum, { units }) => sum + units, 0);
    },
  };
}
