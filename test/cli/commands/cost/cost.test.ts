import { runCommand } from '../../support/run-command.ts';

describe('trailwarden cost', () => {
  test('shows what a million events and a month cost, by rows, and of CloudWatch', async () => {
    const { code, stdout } = await runCommand(['cost', '--events-per-day', '100000']);
    expect(code).toBe(0);
    for (const word of [
      'Pages and ledger',
      'Correlations',
      'Verify',
      'S3',
      'KMS',
      'index.rows: notable',
      'row an event',
    ]) {
      expect(stdout).toContain(word);
    }
    expect(stdout).toMatch(/CloudWatch .*\$1\.21 .*\$3\.67/);
    expect(stdout).toContain('published 2026-02 to 2026-09');
  });

  test('gives programs every number, price and count', async () => {
    const { stdout } = await runCommand(['cost', '--events-per-day', '10', '--notable', '5', '--format', 'json']);
    const estimate = JSON.parse(stdout);
    expect(estimate).toMatchObject({ currency: 'USD', region: 'us-east-1', notableShare: 0.05 });
    expect(estimate.prices.dynamodbWrites).toEqual({ dollars: 0.625, per: expect.any(String), asOf: '2026-09' });
    expect(estimate.measured.segmentBytes).toEqual(expect.any(Number));
  });

  test.each([
    [[], '--events-per-day'],
    [['--events-per-day', 'many'], 'whole number'],
    [['--events-per-day', '5', '--notable', '101'], '0 to 100'],
  ])('refuses %j with a word that helps', async (args, word) => {
    const { code, stderr } = await runCommand(['cost', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
  });
});
