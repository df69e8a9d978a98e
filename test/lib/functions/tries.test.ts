import { MAX_RECEIVES, retrySeconds } from '../../../lambda/runtime/queue/retry-delay.ts';
import { INGEST_TIMEOUT } from '../../../lib/functions/ingest-function.ts';
import { VERIFY_TIMEOUT } from '../../../lib/functions/verify-function.ts';
import { synthesize } from '../support/deployment.ts';
import { resources } from '../support/template.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Seconds from the first receive of a message to the last, where its delays are always the shortest, or the longest. */
function totalSeconds(random: 0 | 1): number {
  let total = 0;
  for (let tries = 1; tries < MAX_RECEIVES; tries++) total += retrySeconds(tries, random);
  return total;
}

test('a fault of access is tried again for at least six hours, whatever the jitter', () => {
  expect(totalSeconds(0)).toBeGreaterThanOrEqual(6 * HOUR);
  expect(totalSeconds(1)).toBeLessThan(12 * HOUR);
});

test('the first try comes back within 20 seconds, then later each time, and never later than a quarter of an hour', () => {
  const longest = Array.from({ length: MAX_RECEIVES }, (_, index) => retrySeconds(index + 1, 1));
  expect(longest.slice(0, 7)).toEqual([20, 40, 80, 160, 320, 640, 900]);
  expect(Math.max(...longest)).toBe(900);
  for (let tries = 1; tries <= MAX_RECEIVES; tries++) {
    expect(retrySeconds(tries, 0)).toBeGreaterThanOrEqual(0.75 * retrySeconds(tries, 1));
  }
});

describe.each([
  ['LogQueue', INGEST_TIMEOUT],
  ['DigestQueue', VERIFY_TIMEOUT],
])('the %s', (queueId, timeout) => {
  const { audit } = synthesize();
  const queues = resources(audit, 'AWS::SQS::Queue');
  const queue = queues[queueId];

  test('gives up after as many receives as the delays are made for', () => {
    expect(queue?.RedrivePolicy).toMatchObject({ maxReceiveCount: MAX_RECEIVES });
  });

  test('keeps a message longer than all of its tries can last, even where each of them dies or runs to its end', () => {
    const tries = totalSeconds(1) + MAX_RECEIVES * timeout.toSeconds();
    const deaths = MAX_RECEIVES * Number(queue?.VisibilityTimeout);
    expect(Number(queue?.MessageRetentionPeriod)).toBeGreaterThan(2 * Math.max(tries, deaths));
  });

  test('leaves a message a week in the dead-letter queue, which counts its age from its first sending', () => {
    const dead = Number(queues[`${queueId}DeadLetterQueue`]?.MessageRetentionPeriod);
    expect(dead - Number(queue?.MessageRetentionPeriod)).toBeGreaterThanOrEqual(7 * DAY);
  });
});
