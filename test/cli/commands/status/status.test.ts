import { gzipSync } from 'node:zlib';
import { useAwsEnvironment } from '../../../support/aws-environment.ts';
import { type DeliveredFile, SignedTrail } from '../../../support/signed-trail.ts';
import { startVerification, type Verification } from '../../../support/verification.ts';
import { jsonLines, runCommand } from '../../support/run-command.ts';

const REGION = 'eu-central-1';
/** Objects in the emulator are delivered now. */
const NOW = new Date();
const START = new Date(Math.floor(NOW.getTime() / 3_600_000) * 3_600_000);

let verification: Verification;
let trail: SignedTrail;
let restore: () => void;

beforeEach(async () => {
  verification = await startVerification(new Date(START.getTime() - 60_000), (bucket) => {
    trail = new SignedTrail({ bucket, start: START });
    return trail;
  });
  await verification.sweep();
  restore = useAwsEnvironment(verification.deployment.aws);
});

afterEach(async () => {
  restore();
  await verification.stop();
});

async function status(...args: readonly string[]) {
  const { deployment } = verification.deployment.aws.resources;
  const now = new Date(Date.now() + 5 * 3_600_000);
  return runCommand(['status', '--deployment', deployment, '--zone', 'UTC', '--since', '24h', ...args], { now });
}

async function hours(...args: readonly string[]) {
  const { stdout } = await status('--format', 'jsonl', ...args);
  return jsonLines(stdout);
}

function sum(rows: readonly Record<string, unknown>[], name: string): number {
  return rows.reduce((total, row) => total + Number(row[name]), 0);
}

describe('trailwarden status', () => {
  test('adds up to the record, broken objects included', async () => {
    const at = START;
    const good = Array.from({ length: 6 }, (_, n) =>
      trail.log(
        REGION,
        at,
        Array.from({ length: n + 1 }, () => trail.record(REGION, at)),
      ),
    );
    const broken = [
      Buffer.alloc(0),
      gzipSync('{"Records":[').subarray(0, 20),
      Buffer.from('<html>'),
      gzipSync('"Records"'),
      gzipSync('{"events":[]}'),
    ].map((body) => ({ ...trail.log(REGION, at), body }));
    const mixed = trail.log(REGION, at, [trail.record(REGION, at), null, 7]);
    for (const file of [...good, ...broken, mixed]) await verification.put(file);
    await verification.ingest([...good, ...broken, mixed]);

    const rows = await hours();
    expect(sum(rows, 'delivered')).toBe(12);
    expect(sum(rows, 'processed')).toBe(7);
    expect(sum(rows, 'failed')).toBe(5);
    expect(sum(rows, 'records')).toBe(21 + 3);
    expect(sum(rows, 'indexed')).toBe(22);
    expect(sum(rows, 'rejected')).toBe(2);

    const { stdout, code } = await status();
    expect(code).toBe(0);
    expect(stdout).toContain('12 log objects: 7 processed, 5 failed, 0 under way, 0 late, 0 missing');
    expect(stdout).toContain('24 records: 22 indexed, 2 rejected; 0 findings about single events.');
    for (const { key } of broken) expect(stdout).toContain(key);
  });

  test('tells what digests vouch for, what is missing, what was never notified, and which digest is awaited', async () => {
    const hour = trail.hour(REGION, 4);
    const [removed, unnotified, ...read] = hour.logs as readonly [DeliveredFile, DeliveredFile, ...DeliveredFile[]];
    for (const file of [unnotified, ...read, hour.digest]) await verification.put(file);
    await verification.ingest(read);
    verification.at(new Date(Date.parse(hour.end) + 20 * 60_000));
    await verification.verify(hour.digest.key);

    const rows = await hours();
    expect(sum(rows, 'delivered')).toBe(4);
    expect(sum(rows, 'processed')).toBe(2);
    expect(sum(rows, 'verified')).toBe(2);
    expect(sum(rows, 'missing')).toBe(1);
    expect(sum(rows, 'late')).toBe(1);
    expect(rows.map(({ digest }) => digest)).toContain('pending');

    const { stdout } = await status();
    expect(stdout).toContain(removed.key);
    expect(stdout).toContain(`No digest of the trail main_trail in ${trail.account} ${REGION} since ${hour.end}.`);
  });

  test('is asked for accounts, regions and troubles', async () => {
    const [here, there] = [trail.log(REGION, START), trail.log('us-east-1', START)];
    for (const file of [here, { ...there, body: Buffer.from('x') }]) await verification.put(file);
    await verification.ingest([here, there]);
    expect((await hours()).map(({ region }) => region)).toEqual([REGION, 'us-east-1']);
    expect((await hours('--region', REGION)).map(({ region }) => region)).toEqual([REGION]);
    expect((await hours('--troubles')).map(({ region }) => region)).toEqual(['us-east-1']);
    expect((await status('--troubles', '--region', REGION)).stderr).toContain('No hour had trouble');
    expect((await status('--region', REGION)).stdout).toContain('1 log object: 1 processed');
    expect(await hours('--account', '999999999999')).toEqual([]);
    expect(await hours('--account', `${trail.account.slice(0, 4)}*`, '--region', 'us-*')).toHaveLength(1);
  });

  test('never says of troubles that nothing was delivered where many objects were processed', async () => {
    const files = Array.from({ length: 55 }, () => trail.log(REGION, START));
    for (const file of files) await verification.put(file);
    await verification.ingest(files);
    for (const format of ['table', 'csv', 'jsonl', 'json']) {
      const { code, stdout, stderr } = await status('--troubles', '--format', format);
      expect(code).toBe(0);
      expect(`${stdout}${stderr}`).not.toContain('Nothing was delivered');
      expect(`${stdout}${stderr}`).toContain('55 log objects: 55 processed, 0 failed');
      if (format === 'table') expect(stderr).toContain('No hour had trouble');
    }
  });

  test('refuses what is no account id', async () => {
    const { code, stdout, stderr } = await status('--account', '12');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('An account id has 12 digits');
  });

  test('says so where there is nothing', async () => {
    const { stderr, code } = await status();
    expect(code).toBe(0);
    expect(stderr).toContain('Nothing was delivered in this time.');
  });
});
