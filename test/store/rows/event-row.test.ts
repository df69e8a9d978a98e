import fc from 'fast-check';
import { rowBytes } from '../../../lambda/store/dynamo/row-size.ts';
import { eventRows, MAX_ROW_BYTES, type RowOptions } from '../../../lambda/store/rows/event-row.ts';
import { EVENT_INDEXES } from '../../../lambda/store/schema.ts';
import { ACCOUNT, assumedRole, event, iamUser } from '../../support/records.ts';

const OPTIONS: RowOptions = {
  rowDays: 30,
  now: new Date('2026-11-21T00:00:00Z'),
};

const requestParameters = { fileSystemId: 'fs-00112233', subnetId: 'subnet-00112233', securityGroupId: 'sg-00112233' };

test('an event is a row with the keys of every index that it belongs to', () => {
  const [row] = eventRows(event({ requestParameters, errorCode: 'AccessDenied' }), OPTIONS);
  expect(row).toMatchObject({
    part: expect.stringMatching(/^[0-9a-f]{8}#0$/),
    eventTime: '2026-11-20T14:03:00Z',
    actor: `arn:aws:iam::${ACCOUNT}:user/alice`,
    action: 'ec2:DescribeInstances',
    resource: 'fs-00112233',
    address: '203.0.113.10',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    errorCode: 'AccessDenied',
    accountDay: `${ACCOUNT}#2026-11-20`,
    resourceCount: 3,
  });
});

test('a further resource has a row that only by-resource sees', () => {
  const [row, second, third] = eventRows(event({ requestParameters, errorCode: 'AccessDenied' }), OPTIONS);
  const keys = new Set(Object.values(EVENT_INDEXES).map(({ partitionKey }) => partitionKey));
  keys.delete('resource');
  expect(second?.part).toBe(row.part.replace('#0', '#1'));
  expect(third?.resource).toBe('sg-00112233');
  expect(Object.keys(second ?? {}).filter((name) => keys.has(name as never))).toEqual([]);
  expect(second?.event).toMatchObject({ actor: row.actor, errorCode: 'AccessDenied', receipt: row.receipt });
});

test('an index key that the record doesn’t have is left out', () => {
  const userIdentity = { ...iamUser('alice'), accessKeyId: '' };
  const [row] = eventRows(event({ userIdentity, sourceIPAddress: 'ec2.amazonaws.com', errorCode: '' }), OPTIONS);
  for (const name of ['accessKeyId', 'address', 'errorCode', 'resource']) expect(row).not.toHaveProperty(name);
  expect(row).toMatchObject({ sourceIPAddress: 'ec2.amazonaws.com' });
});

test('rows expire counted from indexing, so that an old event isn’t born expired', () => {
  const [row] = eventRows(event({ eventTime: '2019-01-01T00:00:00Z' }), OPTIONS);
  expect(row.expiresAt).toBe(Date.parse('2026-12-21T00:00:00Z') / 1000);
});

test('a field that is too long is cut, with a mark, and characters stay whole', () => {
  const [row] = eventRows(
    event({ userAgent: 'ü'.repeat(500), errorCode: 'X', errorMessage: 'x'.repeat(900) }),
    OPTIONS,
  );
  expect(row.userAgent).toMatch(/^ü+…$/);
  expect(Buffer.byteLength(row.userAgent ?? '')).toBeLessThanOrEqual(128);
  expect(row.errorMessage).toHaveLength(190);
});

test('the row of an ordinary event is below a write unit of 1 KB', () => {
  const agent =
    'aws-sdk-go-v2/1.30.3 ua/2.1 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0 m/E,g Terraform/1.9.2 terraform-provider-aws/5.60.0';
  const key = `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/2026/11/20/${ACCOUNT}_CloudTrail_eu-west-1_20261120T1405Z_LnPgDQnpkSKEsppV.json.gz`;
  const receipt = {
    bucket: `trailwarden-logs-${ACCOUNT}-eu-west-1`,
    key,
    version: 'q97iZkVqJx0wQ5Jx0b6vR2V7mE0g4l1C',
    index: 417,
  };
  const made = event(
    {
      userIdentity: assumedRole('TerraformDeployment', 'github-actions-run-1234567890'),
      requestParameters,
      userAgent: agent,
    },
    receipt,
  );
  for (const row of eventRows(made, OPTIONS)) expect(rowBytes(row)).toBeLessThan(1024);
});

test('whatever a record holds, no key is empty or over DynamoDB’s bound', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ maxLength: 3000 }), fc.string(), (accessKeyId, name, errorCode) => {
      const made = event({
        eventName: `X${name}`,
        errorCode,
        userIdentity: { ...iamUser(name), accessKeyId },
        requestParameters: { name },
      });
      for (const row of eventRows(made, OPTIONS)) {
        for (const { partitionKey } of Object.values(EVENT_INDEXES)) {
          const value = new Map<string, unknown>(Object.entries(row)).get(partitionKey);
          if (value === undefined) continue;
          expect(value).not.toBe('');
          expect(Buffer.byteLength(String(value))).toBeLessThanOrEqual(2048);
        }
      }
    }),
  );
});

test('a row that would take two write units has its texts cut shorter, the same in every row of the event', () => {
  const made = event({
    userIdentity: assumedRole(
      'AWSReservedSSO_AdministratorAccess_0123456789abcdef',
      'somebody@example.com',
      'aws-reserved/sso.amazonaws.com/eu-west-1/',
    ),
    errorCode: 'Client.UnauthorizedOperation',
    errorMessage: 'You are not authorized to perform this operation. '.repeat(8),
    userAgent: 'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0 '.repeat(3),
    requestParameters: { ...requestParameters, name: 'n'.repeat(150) },
  });
  const rows = eventRows(made, OPTIONS);
  const [own, ...others] = rows;
  for (const row of rows) expect(rowBytes(row)).toBeLessThanOrEqual(1000);
  expect(own.errorMessage).toMatch(/^You are not authorized.*…$/);
  for (const other of others)
    expect(other.event).toMatchObject({ errorMessage: own.errorMessage, userAgent: own.userAgent });
});

test('an ordinary event has all of its texts', () => {
  const [row] = eventRows(
    event({ errorCode: 'AccessDenied', errorMessage: 'm'.repeat(150), userAgent: 'a'.repeat(100) }),
    OPTIONS,
  );
  expect(row).toMatchObject({ errorMessage: 'm'.repeat(150), userAgent: 'a'.repeat(100) });
});

test('no row is larger than queries reckon with, however much a record says', () => {
  const long = fc.integer({ min: 0, max: 30_000 }).map((length) => 'ü'.repeat(length / 2));
  fc.assert(
    fc.property(fc.array(long, { minLength: 12, maxLength: 12 }), (texts) => {
      const [name, session, region = '', account, code = '', message = '', agent = '', address = '', source] = texts;
      const [via = '', bucket = '', key = ''] = texts.slice(9);
      const made = event(
        {
          eventID: 'e'.repeat(2048),
          eventName: `X${name}`,
          eventSource: `${source}.amazonaws.com`,
          awsRegion: region,
          recipientAccountId: `1${account}`,
          errorCode: code,
          errorMessage: message,
          userAgent: agent,
          sourceIPAddress: address,
          userIdentity: { ...assumedRole(`R${name}`, `S${session}`), accessKeyId: key, invokedBy: via },
          requestParameters: { buckets: [{ bucketName: bucket }, { bucketName: 'b'.repeat(1990) }] },
        },
        { bucket: 'b'.repeat(63), key: 'k'.repeat(1024), version: 'v'.repeat(1024), index: 100_000 },
      );
      for (const row of eventRows(made, OPTIONS)) {
        expect(rowBytes(row)).toBeLessThan(MAX_ROW_BYTES);
        expect(Buffer.byteLength('accountDay' in row ? row.accountDay : '')).toBeLessThan(2048);
      }
    }),
  );
});
