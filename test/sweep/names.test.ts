import { IdentitystoreClient, ListUsersCommand } from '@aws-sdk/client-identitystore';
import {
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { ListInstancesCommand, SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { mockClient } from 'aws-sdk-client-mock';
import { LatestNames } from '../../lambda/directory/latest-names.ts';
import { type FetchedNames, NamesObject, namesOf } from '../../lambda/directory/names-object.ts';
import { readSweepEnvironment } from '../../lambda/runtime/environment.ts';
import { METRICS } from '../../lambda/shared/metric-names.ts';
import { OrganizationNames } from '../../lambda/sweep/organization-names.ts';
import { RefreshNames, type RefreshNamesDependencies } from '../../lambda/sweep/refresh-names.ts';
import { UserNames } from '../../lambda/sweep/user-names.ts';
import { CountedMetrics } from '../support/counted-metrics.ts';
import { type Deployment, startDeployment } from '../support/deployment.ts';

const organizations = mockClient(OrganizationsClient);
const admin = mockClient(SSOAdminClient);
const store = mockClient(IdentitystoreClient);

const HOUR = 3_600_000;
const ORIGINS: RefreshNamesDependencies['origins'] = {
  organizations: () => new OrganizationNames(new OrganizationsClient({ region: 'us-east-1' })),
  identityCenter: () =>
    new UserNames(new SSOAdminClient({ region: 'us-east-1' }), new IdentitystoreClient({ region: 'us-east-1' })),
};

/** An organization with an account in the root, one in a unit, and one in a unit within it. */
function answer(): void {
  organizations.on(ListRootsCommand).resolves({ Roots: [{ Id: 'r-1', Name: 'Root' }] });
  organizations.on(ListAccountsForParentCommand).resolves({});
  organizations.on(ListOrganizationalUnitsForParentCommand).resolves({});
  const accounts = (ParentId: string, Id: string, Name: string, NextToken?: string) =>
    organizations.on(ListAccountsForParentCommand, { ParentId, NextToken }, true).resolves({
      Accounts: [{ Id, Name }],
      ...(NextToken === undefined && ParentId === 'ou-1' && { NextToken: 'more' }),
    });
  accounts('r-1', '999988887777', 'management');
  accounts('ou-1', '111122223333', 'payments');
  accounts('ou-1', '222233334444', 'billing', 'more');
  accounts('ou-2', '333344445555', 'sandbox');
  organizations
    .on(ListOrganizationalUnitsForParentCommand, { ParentId: 'r-1' })
    .resolves({ OrganizationalUnits: [{ Id: 'ou-1', Name: 'Workloads' }] });
  organizations
    .on(ListOrganizationalUnitsForParentCommand, { ParentId: 'ou-1' })
    .resolves({ OrganizationalUnits: [{ Id: 'ou-2', Name: 'Test' }] });
  admin.on(ListInstancesCommand).resolves({ Instances: [{ IdentityStoreId: 'd-1' }] });
  store
    .on(ListUsersCommand)
    .resolvesOnce({ Users: [{ UserId: 'u-1', UserName: 'alice@example.com', IdentityStoreId: 'd-1' }], NextToken: 'n' })
    .resolves({ Users: [{ UserId: 'u-2', DisplayName: 'Bob', IdentityStoreId: 'd-1' }] });
}

const ACCOUNTS = {
  '999988887777': { name: 'management', ou: 'Root' },
  '111122223333': { name: 'payments', ou: 'Workloads' },
  '222233334444': { name: 'billing', ou: 'Workloads' },
  '333344445555': { name: 'sandbox', ou: 'Workloads/Test' },
};
const USERS = { 'u-1': 'alice@example.com', 'u-2': 'Bob' };

/** What sweep keeps, in memory. */
class KeptNames {
  kept: FetchedNames = {};
  reads = 0;
  async read(): Promise<FetchedNames> {
    this.reads++;
    return this.kept;
  }
  async write(fetched: FetchedNames): Promise<void> {
    this.kept = fetched;
  }
}

let kept: KeptNames;
let clock: number;
let failures: string[];
const never = () => false;

beforeEach(() => {
  for (const mock of [organizations, admin, store]) mock.reset();
  answer();
  kept = new KeptNames();
  clock = Date.parse('2026-11-20T14:00:00Z');
  failures = [];
});

const refreshing = (origins = ORIGINS) =>
  new RefreshNames({
    object: kept,
    origins,
    now: () => new Date(clock),
    onFailure: (what) => failures.push(what),
  });

describe('the names of accounts and users', () => {
  test('are fetched once a day, page by page, with the path of their units', async () => {
    const refresh = refreshing();
    expect(await refresh.run(never)).toEqual({ done: 2, failed: 0 });
    expect(namesOf(kept.kept)).toEqual({ accounts: ACCOUNTS, users: USERS });
    clock += 23 * HOUR;
    expect(await refresh.run(never)).toEqual({ done: 0, failed: 0 });
    clock += HOUR;
    expect(await refresh.run(never)).toEqual({ done: 2, failed: 0 });
  });

  test('are not fetched again by a new function while they are young', async () => {
    await refreshing().run(never);
    organizations.resetHistory();
    clock += HOUR;
    const next = refreshing();
    expect(await next.run(never)).toEqual({ done: 0, failed: 0 });
    await next.run(never);
    expect(organizations.calls()).toHaveLength(0);
    clock += 23 * HOUR;
    expect(await next.run(never)).toEqual({ done: 2, failed: 0 });
  });

  test('take as many runs as they need: readers see those of the day before until all are there', async () => {
    kept.kept = {
      organizations: { at: '2026-11-01T00:00:00Z', names: { accounts: { '1': { name: 'old' } }, users: {} } },
    };
    const refresh = refreshing({ organizations: ORIGINS.organizations });
    let runs = 0;
    for (let done = 0; done === 0; runs++) {
      let calls = 0;
      expect(namesOf(kept.kept).accounts).toEqual({ '1': { name: 'old' } });
      ({ done } = await refresh.run(() => calls++ > 1));
    }
    expect(runs).toBeGreaterThan(3);
    expect(namesOf(kept.kept).accounts).toEqual(ACCOUNTS);
  });

  test.each([
    ['ListRoots', 'organizations', () => organizations.on(ListRootsCommand).rejectsOnce(denied())],
    ['ListAccountsForParent', 'organizations', () => organizations.on(ListAccountsForParentCommand).rejects(denied())],
    [
      'ListOrganizationalUnitsForParent',
      'organizations',
      () => organizations.on(ListOrganizationalUnitsForParentCommand).rejects(denied()),
    ],
    ['ListInstances', 'identityCenter', () => admin.on(ListInstancesCommand).rejects(denied())],
    ['ListUsers', 'identityCenter', () => store.on(ListUsersCommand).rejects(denied())],
    ['no instance', 'identityCenter', () => admin.on(ListInstancesCommand).resolves({ Instances: [] })],
    ['no account', 'organizations', () => organizations.on(ListRootsCommand).resolves({ Roots: [] })],
  ] as const)(
    'of one origin that fails (%s) keep neither the other nor yesterday’s away',
    async (_, origin, breakIt) => {
      const old = { at: '2026-11-01T00:00:00Z', names: { accounts: { '1': { name: 'old' } }, users: { u: 'old' } } };
      kept.kept = { organizations: old, identityCenter: old };
      for (const mock of [organizations, admin, store]) mock.reset();
      answer();
      if (origin === 'organizations') organizations.reset();
      if (origin === 'organizations') organizations.on(ListRootsCommand).resolves({ Roots: [{ Id: 'r-1' }] });
      if (origin === 'organizations') organizations.on(ListAccountsForParentCommand).resolves({});
      if (origin === 'identityCenter') store.reset();
      breakIt();
      const refresh = refreshing();
      expect(await refresh.run(never)).toEqual({ done: 1, failed: 1 });
      expect(failures).toEqual([origin]);
      expect(kept.kept[origin]).toBe(old);
      const other = origin === 'organizations' ? 'identityCenter' : 'organizations';
      expect(kept.kept[other]?.at).toBe('2026-11-20T14:00:00.000Z');
      // Once an hour is often enough to ask what says no.
      clock += HOUR - 1;
      expect(await refresh.run(never)).toEqual({ done: 0, failed: 0 });
      for (const mock of [organizations, admin, store]) mock.reset();
      answer();
      clock += 1;
      expect(await refresh.run(never)).toEqual({ done: 1, failed: 0 });
      expect(kept.kept[origin]?.at).not.toBe(old.at);
    },
  );

  test('that can not be kept are fetched again in an hour', async () => {
    kept.write = async () => {
      throw denied();
    };
    const refresh = refreshing({ identityCenter: ORIGINS.identityCenter });
    expect(await refresh.run(never)).toEqual({ done: 0, failed: 1 });
    kept.write = KeptNames.prototype.write;
    clock += HOUR;
    store.reset();
    answer();
    expect(await refresh.run(never)).toEqual({ done: 1, failed: 0 });
  });
});

describe('the latest names', () => {
  test('are read once an hour, and go on where they can not be read', async () => {
    const faults: unknown[] = [];
    const latest = new LatestNames(
      kept,
      (_, error) => faults.push(error),
      () => new Date(clock),
    );
    expect(latest.names).toEqual({ accounts: {}, users: {} });
    await refreshing().run(never);
    kept.reads = 0;
    await latest.refresh();
    await latest.refresh();
    expect(kept.reads).toBe(1);
    expect(latest.names).toEqual({ accounts: ACCOUNTS, users: USERS });
    kept.read = async () => {
      throw denied();
    };
    clock += HOUR;
    await latest.refresh();
    await latest.refresh();
    expect(faults).toHaveLength(1);
    expect(latest.names).toEqual({ accounts: ACCOUNTS, users: USERS });
  });
});

describe('in the bucket', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await startDeployment([]);
  });
  afterAll(() => deployment.aws.stop());

  const object = () => new NamesObject(deployment.aws.clients.s3, deployment.aws.resources.buckets.backfill);

  test('sweep keeps what it has fetched, counts it, and a failure fails no run', async () => {
    expect(await object().read()).toEqual({});
    store.reset();
    store.on(ListUsersCommand).rejects(denied());
    const metrics = new CountedMetrics();
    const NAMES_BUCKET = deployment.aws.resources.buckets.backfill;
    const sweep = deployment.sweep({
      environment: readSweepEnvironment({ ...deployment.aws.resources.variables.sweep, NAMES_BUCKET }),
      nameOrigins: ORIGINS,
      metrics,
    });
    await sweep();
    expect(namesOf(await object().read())).toEqual({ accounts: ACCOUNTS, users: {} });
    expect(metrics.last(METRICS.NamesRefreshed.name)).toBe(1);
    expect(metrics.last(METRICS.NamesFailed.name)).toBe(1);
  });

  test('a run of sweep does without names where the settings of them can not be read', async () => {
    const variables = { NAMES_BUCKET: deployment.aws.resources.buckets.backfill, DIRECTORY_FILE: '/nowhere' };
    const environment = readSweepEnvironment({ ...deployment.aws.resources.variables.sweep, ...variables });
    expect(await deployment.sweep({ environment })()).toEqual({ published: 0, failed: 0, pending: 0 });
  });

  test('names of a later version are left alone', async () => {
    const later = { version: 2, organizations: 'other' };
    await deployment.aws.clients.s3.send(
      new (await import('@aws-sdk/client-s3')).PutObjectCommand({
        Bucket: deployment.aws.resources.buckets.backfill,
        Key: 'names/names.json',
        Body: JSON.stringify(later),
      }),
    );
    const refresh = new RefreshNames({
      object: object(),
      origins: ORIGINS,
      now: () => new Date(),
      onFailure: () => {},
    });
    expect(await refresh.run(never)).toEqual({ done: 0, failed: 2 });
    await expect(object().read()).rejects.toThrow();
  });
});

function denied(): Error {
  return Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
}
