import { createClients } from '../../local/deployment/local-clients.ts';
import { provision } from '../../local/deployment/provision-resources.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { everyFault } from './campaign.ts';
import { OneFault } from './faults.ts';
import { NotifyWorld } from './notify-world.ts';

/** What is called on the way of an alert to its receivers: `npm run chaos` breaks each of them in every way. */
const SITES_OF_RECEIVERS = [
  'BatchImportFindings',
  'GetItem alerts',
  'GetParameter pager',
  'GetSecretValue cards',
  'GetSecretValue hook',
  'GetSecretValue team',
  'POST cards',
  'POST hook',
  'POST pager',
  'POST team',
  'Publish alerts',
  'Publish critical',
  'Publish high',
  'PutEvents',
  'PutItem alerts',
  'PutItem findings',
  'Query alerts/by-state',
  'Query findings/by-alert',
  'Query suppressions/by-rule',
  'SendMessage channel-bus',
  'SendMessage channel-cards',
  'SendMessage channel-hook',
  'SendMessage channel-hub',
  'SendMessage channel-pager',
  'SendMessage channel-programs',
  'SendMessage channel-team',
  'UpdateItem alerts',
  'UpdateItem events',
];

describe('alerts on their way to receivers', () => {
  let aws: EmbeddedAws;
  let world: NotifyWorld;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    const clients = createClients(aws.endpoints);
    world = new NotifyWorld({
      clients,
      resources: await provision(clients, { deployment: 'receivers', rulesFile: 'unused' }),
    });
  }, 30_000);

  afterAll(() => aws.stop());

  test('come once to each where nothing breaks, and what is resolved is not opened again by its summary', async () => {
    const { snapshot, deliveries, calls, errors } = await world.run();
    expect(errors).toEqual([]);
    expect([...calls.keys()].toSorted()).toEqual(SITES_OF_RECEIVERS);
    expect(snapshot).toMatchObject({ deadLetters: [], wrongAnswers: [] });
    expect([...deliveries.values()].every((count) => count === 1)).toBe(true);
    const kinds = (channel: string) =>
      snapshot.received.flatMap((what) => (what.startsWith(`${channel} `) ? [what.split(' ')[1]] : [])).toSorted();
    for (const channel of ['people', 'programs', 'hook', 'team', 'cards', 'bus', 'hub']) {
      expect([channel, ...kinds(channel)]).toEqual([channel, 'alert', 'alert', 'summary']);
    }
    expect(kinds('pager')).toEqual(['resolve', 'trigger', 'trigger']);
  }, 60_000);

  test.each(['POST pager'])(
    'come to each, under one id, and to no other channel twice, whatever breaks at %s',
    async (site) => {
      const sites = new Set([site]);
      const report = await everyFault(
        {
          run: async ({ gremlin } = {}) => {
            const result = await world.run({ ...(gremlin && { gremlin }) });
            return { ...result, calls: new Map([...result.calls].filter(([each]) => sites.has(each))) };
          },
        },
        { occurrences: () => [1] },
      );
      expect(report.failures).toEqual([]);
      expect(report.faults).toBe(6);
    },
    120_000,
  );

  test('a fault of a channel that repeated another one would be told', async () => {
    const gremlin = new OneFault('SendMessage channel-hook', 'kill-after');
    const { deliveries, snapshot } = await world.run({ gremlin });
    // The function that queues for all of them died: those that had it may have it again.
    expect(Math.max(...deliveries.values())).toBe(2);
    expect(snapshot.wrongAnswers).toEqual([]);
  }, 60_000);
});
