import { createClients } from '../../local/deployment/local-clients.ts';
import { provision } from '../../local/deployment/provision-resources.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { RandomFaults, seeded } from './faults.ts';
import { PackWorld } from './pack-world.ts';
import type { RunResult } from './world.ts';

/** What pack calls while nothing breaks: `npm run chaos` breaks each of them in every way. */
const SITES_OF_PACK = [
  'BatchGetItem segments',
  'BatchWriteItem segments',
  'GetItem segments',
  'Query segments',
  'TransactWriteItems segments',
  'UpdateItem segments',
];

describe('pack, while readers ask after each of its writes', () => {
  let aws: EmbeddedAws;
  let world: PackWorld;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    const clients = createClients(aws.endpoints);
    world = new PackWorld({
      clients,
      resources: await provision(clients, { deployment: 'chaos', rulesFile: 'unused' }),
    });
  }, 30_000);

  afterAll(() => aws.stop());

  const expectRight = ({ snapshot }: RunResult): void => {
    expect(snapshot.wrongAnswers).toEqual([]);
    expect(snapshot.ledger).toEqual([]);
  };

  test('answers everything rightly where nothing breaks, and leaves no item behind', async () => {
    const result = await world.run({ isShort: true });
    expectRight(result);
    expect(result.errors).toEqual([]);
    expect([...result.calls.keys()].toSorted()).toEqual(SITES_OF_PACK);
    expect(result.snapshot.events.length).toBeGreaterThan(400);
  }, 120_000);

  test('answers everything rightly while functions die, run twice at once, and rows expire in any order', async () => {
    const random = seeded(1);
    const gremlin = new RandomFaults(random, 0.03, 6);
    expectRight(await world.run({ isShort: true, random, gremlin, expires: random }));
    expect(gremlin.injected).toBeGreaterThan(2);
  }, 240_000);
});
