import { createDetector } from '../../lambda/detection/index.ts';
import { packPlaceholders } from '../../rules/placeholders.ts';
import { derive, parsePack } from './pack.ts';

const OTHER = '345678901234';

function titlesOf(record: object, placeholders: Record<string, string[]>, deployment?: string): string[] {
  const settings = { placeholders, ...(deployment !== undefined && { deployment }) };
  const detector = createDetector(parsePack({ placeholders: packPlaceholders(settings) }).ruleSet, { derive });
  const matches = detector.match({
    eventVersion: '1.11',
    eventID: '0c0ffee0-0000-4000-8000-000000000002',
    eventTime: '2026-11-18T10:00:00Z',
    awsRegion: 'eu-central-1',
    recipientAccountId: '210987654321',
    userIdentity: {
      type: 'AssumedRole',
      arn: 'arn:aws:sts::210987654321:assumed-role/ci/build-17',
      accountId: '210987654321',
      sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::210987654321:role/ci', userName: 'ci' } },
    },
    sourceIPAddress: '203.0.113.4',
    ...record,
  });
  return matches.filter(({ level }) => level !== 'informational').map(({ title }) => title);
}

describe("the pack's placeholders", () => {
  const shared = (...accounts: string[]) => ({
    eventSource: 'rds.amazonaws.com',
    eventName: 'ModifyDBSnapshotAttribute',
    requestParameters: { dBSnapshotIdentifier: 'orders', attributeName: 'restore', valuesToAdd: accounts },
  });

  test('let things be shared with trusted accounts, and only with those', () => {
    const trusted = { trusted_accounts: [OTHER] };
    expect(titlesOf(shared(OTHER), {})).toEqual(['Database snapshot shared with another account']);
    expect(titlesOf(shared(OTHER), trusted)).toEqual([]);
    expect(titlesOf(shared(OTHER, '456789012345'), trusted)).toEqual(['Database snapshot shared with another account']);
  });

  test('let roles deploy that are there for it', () => {
    const update = {
      eventSource: 'lambda.amazonaws.com',
      eventName: 'UpdateFunctionCode20150331v2',
      requestParameters: { functionName: 'checkout' },
    };
    expect(titlesOf(update, {})).toEqual(['Code of a function replaced']);
    expect(titlesOf(update, { deployment_roles: ['arn:aws:iam::210987654321:role/ci'] })).toEqual([]);
  });

  test('let scanners read what they are there to read', () => {
    const read = { eventSource: 'iam.amazonaws.com', eventName: 'GetAccountAuthorizationDetails', readOnly: true };
    expect(titlesOf(read, {})).toEqual(['All users, roles and policies of the account read at once']);
    expect(titlesOf(read, { scanner_roles: ['arn:aws:iam::210987654321:role/ci'] })).toEqual([]);
  });

  test('say in which regions instances are run', () => {
    const run = { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances', awsRegion: 'eu-south-1' };
    expect(titlesOf(run, {})).toEqual(['Instances run outside of the allowed regions']);
    expect(titlesOf(run, { allowed_regions: ['eu-central-1', 'eu-south-1'] })).toEqual([]);
    expect(titlesOf({ ...run, awsRegion: 'us-east-1' }, { allowed_regions: ['eu-central-1'] })).toHaveLength(1);
  });

  test('name the keys of the logs', () => {
    const key = 'arn:aws:kms:eu-central-1:210987654321:key/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
    const disabled = {
      eventSource: 'kms.amazonaws.com',
      eventName: 'DisableKey',
      requestParameters: { keyId: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d' },
      resources: [{ ARN: key, accountId: '210987654321', type: 'AWS::KMS::Key' }],
    };
    expect(titlesOf(disabled, {})).toEqual(['KMS key disabled or scheduled for deletion']);
    expect(titlesOf(disabled, { log_keys: [key] })).toContain("Key of the trail's logs endangered");
  });

  test("follow the deployment's name", () => {
    const deleted = {
      eventSource: 'dynamodb.amazonaws.com',
      eventName: 'DeleteTable',
      requestParameters: { tableName: 'blue-findings' },
    };
    expect(titlesOf(deleted, {})).not.toContain("Trailwarden's own resources changed");
    expect(titlesOf(deleted, {}, 'blue')).toContain("Trailwarden's own resources changed");
  });
});
