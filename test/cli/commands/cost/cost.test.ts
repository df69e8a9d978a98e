import { runCommand } from '../../support/run-command.ts';

describe('trailwarden cost', () => {
  test('shows each index with what switching it off saves, the services, and both ways of paying', async () => {
    const { code, stdout } = await runCommand(['cost', '--events-per-day', '100000']);
    expect(code).toBe(0);
    for (const word of [
      'by-actor',
      'by-day',
      'correlations',
      'S3',
      'SQS',
      'SNS',
      'Lambda',
      'KMS',
      'On demand',
      'Provisioned',
    ]) {
      expect(stdout).toContain(word);
    }
    expect(stdout).toMatch(/by-day .*\$9\.97$/m);
    expect(stdout).toContain('published 2026-02 to 2026-09');
  });

  test('gives programs every number and price', async () => {
    const { stdout } = await runCommand(['cost', '--events-per-day', '10', '--without', 'by-day', '--format', 'json']);
    const estimate = JSON.parse(stdout);
    expect(estimate).toMatchObject({ currency: 'USD', region: 'us-east-1', without: ['by-day'] });
    expect(estimate.prices.dynamodbWrites).toEqual({ dollars: 0.625, per: expect.any(String), asOf: '2026-09' });
    expect(estimate.events.map(({ name }: { name: string }) => name)).not.toContain('by-day');
  });

  test.each([
    [[], '--events-per-day'],
    [['--events-per-day', 'many'], 'whole number'],
    [['--events-per-day', '5', '--without', 'by-night'], 'by-actor'],
  ])('refuses %j with a word that helps', async (args, word) => {
    const { code, stderr } = await runCommand(['cost', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
  });
});
