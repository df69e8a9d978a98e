import { type Clients, createClients } from '../../local/deployment/local-clients.ts';
import { provision } from '../../local/deployment/provision-resources.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { BackfillWorld } from './backfill-world.ts';
import { OneFault, RandomFaults, seeded } from './faults.ts';
import { differences } from './snapshot.ts';
import type { RunResult } from './world.ts';

/** What a backfill calls while nothing breaks: `npm run chaos` breaks each of them in every way. */
const SITES_OF_BACKFILLS = [
  'BatchExecuteStatement findings',
  'BatchGetItem correlations',
  'BatchWriteItem events',
  'GetItem correlations',
  'GetObject log object',
  'GetObject work',
  'ListObjectsV2 log object',
  'ListObjectsV2 work',
  'Publish alerts',
  'Publish critical',
  'Publish high',
  'PutItem alerts',
  'PutItem correlations',
  'PutItem findings',
  'PutObject quarantine',
  'PutObject work',
  'Query correlations',
  'Query ledger',
  'Query ledger/by-account-region-day',
  'Query suppressions/by-rule',
  'TransactWriteItems correlations',
  'TransactWriteItems ledger+segments',
  'UpdateItem alerts',
  'UpdateItem correlations',
  'UpdateItem events',
  'UpdateItem ledger',
  'UpdateItem segments',
];

/** The same, where rules only judge. */
const SITES_OF_JUDGING = [
  'BatchExecuteStatement findings',
  'GetObject log object',
  'GetObject work',
  'ListObjectsV2 log object',
  'Publish alerts',
  'Publish critical',
  'Publish high',
  'PutItem alerts',
  'PutItem findings',
  'PutObject work',
  'Query ledger',
  'Query suppressions/by-rule',
  'UpdateItem alerts',
  'UpdateItem events',
  'UpdateItem segments',
];

describe('a backfill whose functions die', () => {
  let aws: EmbeddedAws;
  let clients: Clients;
  let world: BackfillWorld;
  let base: RunResult;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    clients = createClients(aws.endpoints);
    const resources = await provision(clients, { deployment: 'chaos-past', rulesFile: 'unused' });
    world = await BackfillWorld.create({ clients, resources });
    base = await world.run();
  }, 60_000);

  afterAll(async () => {
    clients.destroy();
    await aws.stop();
  });

  test('reads everything where nothing breaks', () => {
    expect(base.errors).toEqual([]);
    expect([...base.calls.keys()].toSorted()).toEqual(SITES_OF_BACKFILLS);
    expect(base.snapshot.events.length).toBeGreaterThan(50);
    expect(base.snapshot.findings.length).toBeGreaterThan(15);
    expect(base.bodies).toMatchObject({ left: 0 });
    expect(base.bodies.opened).toBeGreaterThan(18);
  });

  test.each(SITES_OF_BACKFILLS)(
    'loses and doubles nothing where a function dies after %s',
    async (site) => {
      const gremlin = new OneFault(site, 'kill-after');
      const { snapshot } = await world.run({ gremlin });
      expect(gremlin.injected).toBe(1);
      expect(differences(base.snapshot, snapshot)).toEqual([]);
    },
    60_000,
  );

  test('loses and doubles nothing where calls fail at random and batches are read at the same time', async () => {
    const random = seeded(5);
    const gremlin = new RandomFaults(random, 0.03, 4);
    const { snapshot } = await world.run({ gremlin, random });
    expect(gremlin.injected).toBeGreaterThan(1);
    expect(differences(base.snapshot, snapshot)).toEqual([]);
  }, 60_000);

  describe('by rules that only judge', () => {
    let judged: RunResult;

    beforeAll(async () => {
      judged = await world.run({ rulesOnly: true });
    }, 60_000);

    test('finds all and indexes nothing where nothing breaks', () => {
      expect(judged.errors).toEqual([]);
      expect([...judged.calls.keys()].toSorted()).toEqual(SITES_OF_JUDGING);
      expect(judged.snapshot.events).toEqual([]);
      expect(judged.snapshot.findings.length).toBeGreaterThan(15);
    });

    test.each(SITES_OF_JUDGING)(
      'loses and doubles nothing where a function dies after %s',
      async (site) => {
        const gremlin = new OneFault(site, 'kill-after');
        const { snapshot } = await world.run({ gremlin, rulesOnly: true });
        expect(gremlin.injected).toBe(1);
        expect(differences(judged.snapshot, snapshot)).toEqual([]);
      },
      60_000,
    );
  });
});
