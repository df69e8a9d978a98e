import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { CALL_SITES, CALLS_OF_QUESTIONS, CALLS_OF_THE_FUNCTIONS } from './call-sites.ts';
import { everyFault, everyKind, randomRounds, reportText } from './campaign.ts';
import { kinds } from './kinds.ts';
import { World } from './world.ts';

const LAMBDA = join(__dirname, '../../lambda');

describe('the list of call sites', () => {
  test('has every file and command with which the functions call AWS', () => {
    const found: Record<string, readonly string[]> = {};
    for (const entry of readdirSync(LAMBDA, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.ts')) continue;
      const name = entry.replaceAll('\\', '/');
      const calls = readFileSync(join(LAMBDA, entry), 'utf8').matchAll(/new (\w+)Command\(|(paginate\w+)\(/g);
      const commands = [...new Set([...calls].map(([, command, pages]) => command ?? pages ?? ''))].toSorted();
      if (commands.length > 0 && !CALLS_OF_QUESTIONS.includes(name)) found[name] = commands;
    }
    expect(found).toEqual(CALLS_OF_THE_FUNCTIONS);
  });
});

/**
 * `npm run chaos` breaks each call site in every way, at its first and at its last call, and goes on with random rounds.
 * Here each site is broken once, in turn by what tells most, and a few rounds have fixed seeds.
 */
describe('whatever call of AWS breaks', () => {
  let aws: EmbeddedAws;
  let world: World;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    world = await World.create(aws);
  }, 30_000);

  afterAll(() => aws.stop());

  test('the workload reaches each call site, and nothing fails by itself', async () => {
    const { calls, errors, snapshot, receipts } = await world.run();
    expect(errors).toEqual([]);
    expect([...calls.keys()].toSorted()).toEqual(CALL_SITES);
    expect(snapshot.alerts.length).toBeGreaterThan(4);
    expect(snapshot.deadLetters).toHaveLength(2);
    expect([...receipts.values()].every((count) => count === 1)).toBe(true);
  }, 30_000);

  test('no event, finding or alert is lost or doubled, at no call site', async () => {
    const turns = ['kill-after', 'lost-answer', 'fail', 'kill-before'] as const;
    const report = await everyFault(world, {
      occurrences: 'first',
      choose: (site, index) => [
        site.startsWith('BatchWrite') ? 'unprocessed' : (turns[index % turns.length] ?? 'fail'),
      ],
    });
    expect(reportText('faults', report)).toContain('runs that ended otherwise than without faults: 0');
    expect(report).toMatchObject({ sites: CALL_SITES, runs: CALL_SITES.length, faults: CALL_SITES.length });
  }, 180_000);

  test('nor when rows expire, or are of another version', async () => {
    const report = await everyKind(world, kinds());
    expect(reportText('kinds', report)).toContain('runs that ended otherwise than without faults: 0');
    expect(report.runs).toBeGreaterThan(4);
  }, 180_000);

  test('nor when messages are doubled and shuffled, two functions work at once, and several calls break', async () => {
    const report = await randomRounds(world, 8, 20_260_301);
    expect(reportText('rounds', report)).toContain('runs that ended otherwise than without faults: 0');
    expect(report.faults).toBeGreaterThan(20);
  }, 180_000);
});
