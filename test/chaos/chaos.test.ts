import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedAws, startEmbeddedAws } from '../support/embedded-aws.ts';
import { CALL_SITES, CALLS_OF_QUESTIONS, CALLS_OF_THE_FUNCTIONS } from './call-sites.ts';
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

/** `npm run chaos` breaks each call site in every way; this is what it does so over. */
describe('the workload of the chaos suite', () => {
  let aws: EmbeddedAws;
  let world: World;

  beforeAll(async () => {
    aws = await startEmbeddedAws();
    world = await World.create(aws);
  }, 30_000);

  afterAll(() => aws.stop());

  test('reaches each call site, and nothing fails by itself', async () => {
    const { calls, errors, snapshot, receipts, bodies } = await world.run();
    expect(errors).toEqual([]);
    expect([...calls.keys()].toSorted()).toEqual(CALL_SITES);
    expect(snapshot.alerts.length).toBeGreaterThan(4);
    expect(snapshot.deadLetters).toHaveLength(2);
    expect(bodies.opened).toBeGreaterThan(10);
    expect(bodies.left).toBe(0);
    expect([...receipts.values()].every((count) => count === 1)).toBe(true);
  }, 30_000);
});
