import { PACK_ALL, PACK_POLICY } from '../../../../lambda/pack/pack-policy.ts';
import { DAY, eventsOn, MINUTE, NOW, PackedTable } from '../../../pack/packed-table.ts';
import { useAwsEnvironment } from '../../../support/aws-environment.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../../support/embedded-aws.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';

let aws: EmbeddedAws;
let made: PackedTable;
let restore: () => void;

beforeEach(async () => {
  aws = await startEmbeddedAws();
  made = PackedTable.over(aws, aws.resources.tables.segments);
  restore = useAwsEnvironment(aws);
});

afterEach(async () => {
  restore();
  await aws.stop();
});

const command = (...args: readonly string[]) =>
  runCommand([...args, '--deployment', aws.resources.deployment], { now: made.now });

describe('trailwarden repack', () => {
  test('says that nothing was packed yet', async () => {
    expect(await command('repack')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was packed yet'),
    });
  });

  test('keeps segments for a longer retention, after it said what that costs', async () => {
    await made.write(eventsOn('2026-11-20', 3_000));
    await made.pack({ retentionDays: 30 });
    await made.pack({ retentionDays: 400 });
    const dry = await command('repack', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(
      /^1 segment with 3,000 events would be kept for 400 days\. That takes about \d+ write units and \d+ read units: 0\.00 USD at list price\.\n$/,
    );
    expect((await command('repack', '--dry-run')).stdout).toBe(dry.stdout);

    expect((await command('repack')).stdout).toBe('1 of 1 segment with 3,000 events is kept for 400 days now.\n');
    expect((await command('repack')).stdout).toBe('All segments are kept for 400 days or more already.\n');
    made.now = new Date(NOW.getTime() + 390 * DAY);
    expect((await made.read()).events).toHaveLength(3_000);
  });

  test('leaves out a month that it cannot read, and says so', async () => {
    await made.write([...eventsOn('2026-10-20', 5), ...eventsOn('2026-11-20', 5)]);
    await made.pack({ retentionDays: 30 });
    await made.pack({ retentionDays: 400 });
    await made.put({ partition: 'segments#2026-10', item: '21#strange', v: 2, from: 1, expiresAt: 4_000_000_000 });
    const { code, stdout, stderr } = await command('repack');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 of 1 segment with 5 events is kept for 400 days now.\n' });
    expect(stderr).toMatch(/^Left out: 2026-10: .*version 2/);
  });
});

describe('trailwarden status --index', () => {
  const index = async () => jsonLines((await command('status', '--index', '--format', 'jsonl')).stdout);

  test('says what waits to be packed and merged, and whether for too long', async () => {
    await made.write(eventsOn('2026-11-20', 3));
    await made.pack({ policy: { ...PACK_ALL, merge: PACK_POLICY.merge } });
    await made.write(eventsOn('2026-11-20', 3), { at: new Date(NOW.getTime() - 14 * MINUTE) });
    const waiting = {
      pagesWaiting: 1,
      oldestPage: new Date(NOW.getTime() - 14 * MINUTE).toISOString(),
      smallSegments: 1,
      oldestSmallSegment: NOW.toISOString(),
      pagesLeftBehind: 0,
    };
    expect(await index()).toEqual([{ ...waiting, tooOld: false }]);
    made.now = new Date(NOW.getTime() + 3 * DAY);
    expect(await index()).toEqual([{ ...waiting, tooOld: true }]);
    expect((await command('status', '--zone', 'UTC')).stdout).toContain(
      'Index: 1 page waits to be packed since 2026-11-21 11:46; 1 small segment to be merged since 2026-11-21 12:00; too long',
    );
  });
});
