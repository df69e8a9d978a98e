import { AwsSolutionsChecks } from 'cdk-nag';
import { readSweepEnvironment } from '../../../lambda/runtime/environment.ts';
import { readNameOrigins } from '../../../lambda/sweep/name-origins.ts';
import { parseConfig } from '../../../lib/config/config-file.ts';
import { directoryContent } from '../../../lib/config/directory-content.ts';
import { allow } from '../support/allowed.ts';
import { folderOf, synthesize } from '../support/deployment.ts';
import { readable, resources, statements } from '../support/template.ts';

const OWN = 'names: { organizations: { enabled: true }, identityCenter: { enabled: true, region: eu-west-1 } }';
const ROLE = 'arn:aws:iam::999988887777:role/read-organization';
const BY_ROLE = `names: { organizations: { enabled: true, role: '${ROLE}', externalId: names-1 }, identityCenter: { enabled: true, role: '${ROLE}' } }`;
const BUCKET = 'arn:aws:s3:::trailwarden-backfill-111122223333-eu-central-1';
const OF_THIS_ACCOUNT = { StringEquals: { 's3:ResourceAccount': '111122223333' } };

const statementsOf = (yaml: string, name: string) =>
  statements(resources(synthesize(yaml).audit, 'AWS::IAM::Policy')[`${name}RoleDefaultPolicy`]?.PolicyDocument);

const ORGANIZATIONS_SIDS = ['FindTheRoot', 'ListAccountsAndUnits'];
const IDENTITY_CENTER_SIDS = ['FindTheIdentityStore', 'ListUsers'];

describe('names', () => {
  test('are fetched by sweep alone, by the calls that list them, in the regions that answer', () => {
    const inOrganizations = {
      StringEquals: { 'aws:RequestedRegion': ['us-east-1', 'cn-northwest-1', 'us-gov-west-1'] },
    };
    const inRegion = { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } };
    expect(statementsOf(OWN, 'Sweep')).toMatchObject({
      FindTheRoot: allow('organizations:ListRoots', '*', inOrganizations),
      ListAccountsAndUnits: allow(
        ['organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent'],
        ['arn:aws:organizations::*:ou/o-*/ou-*', 'arn:aws:organizations::*:root/o-*/r-*'],
        inOrganizations,
      ),
      FindTheIdentityStore: allow('sso:ListInstances', '*', inRegion),
      ListUsers: allow(
        'identitystore:ListUsers',
        ['arn:aws:identitystore::*:identitystore/*', 'arn:aws:identitystore:::user/*'],
        inRegion,
      ),
      KeepNames: allow(['s3:GetObject', 's3:PutObject'], `${BUCKET}/names/names.json`, OF_THIS_ACCOUNT),
      TellNoNamesFromForbidden: allow('s3:ListBucket', BUCKET, OF_THIS_ACCOUNT),
    });
    for (const name of ['Ingest', 'BackfillBatch', 'Verify', 'Pack']) {
      const sids = Object.keys(statementsOf(OWN, name));
      for (const sid of [...ORGANIZATIONS_SIDS, ...IDENTITY_CENTER_SIDS]) expect(sids).not.toContain(sid);
    }
  });

  test('are read by the functions that judge events, which write none', () => {
    for (const name of ['Ingest', 'BackfillBatch']) {
      expect(statementsOf(OWN, name).KeepNames).toEqual(
        allow('s3:GetObject', `${BUCKET}/names/names.json`, OF_THIS_ACCOUNT),
      );
    }
  });

  test('by a role ask for that role, and for no list', () => {
    const found = statementsOf(BY_ROLE, 'Sweep');
    expect(found.AssumeRolesForNames).toEqual(allow('sts:AssumeRole', ROLE));
    for (const sid of [...ORGANIZATIONS_SIDS, ...IDENTITY_CENTER_SIDS]) expect(found).not.toHaveProperty(sid);
  });

  test('ask for nothing where the settings name no origin', () => {
    for (const name of ['Sweep', 'Ingest', 'BackfillBatch']) {
      const sids = Object.keys(statementsOf('', name));
      expect(sids).not.toContain('KeepNames');
      expect(sids).not.toContain('AssumeRolesForNames');
    }
  });

  test.each([OWN, BY_ROLE])('have no wildcard without its reason: %s', (yaml) => {
    expect(new AwsSolutionsChecks().validateScope(synthesize(yaml).auditStack).violations).toEqual([]);
  });

  test('are fetched as the settings say, by what is deployed beside the rules', () => {
    const functions = resources(synthesize(OWN).audit, 'AWS::Lambda::Function');
    const { Environment } = functions.SweepFunction as { Environment: { Variables: Record<string, string> } };
    const variables = readable(Environment.Variables) as Record<string, string>;
    expect(readSweepEnvironment(variables)).toMatchObject({
      DIRECTORY_FILE: '/opt/directory.json',
      NAMES_BUCKET: 'trailwarden-backfill-111122223333-eu-central-1',
    });
    const deployed = (yaml: string) =>
      `${folderOf({ 'directory.json': JSON.stringify(directoryContent(parseConfig(yaml, 'trailwarden.yaml'))) })}/directory.json`;
    expect(readNameOrigins(deployed(OWN))).toEqual({ organizations: {}, identityCenter: { region: 'eu-west-1' } });
    expect(readNameOrigins(deployed(BY_ROLE))).toEqual({
      organizations: { role: ROLE, externalId: 'names-1' },
      identityCenter: { role: ROLE },
    });
    expect(readNameOrigins(deployed(''))).toEqual({});
  });
});
