import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { webhookSignature } from '../../lambda/notify/receivers/webhook.ts';

const KEY = 'a-signing-key-of-tests';
const BODY = '{"alertId":"a"}';
const NOW = 1_795_183_800;

type Check = (headers: Record<string, string | undefined>, body: string, key: string) => boolean;

/** The check that docs/alerts.md tells the receiver's author to make. */
function checkOfTheDocs(): Check {
  const page = readFileSync(join(__dirname, '../../docs/alerts.md'), 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const script = `${code.replace(/^import .*$/m, '').replace('export function', 'function')}; isOurs`;
  const clock = { now: () => NOW * 1000 };
  return vm.runInNewContext(script, { createHmac, timingSafeEqual, Buffer, Date: clock, Math, Number });
}

const signed = (timestamp = String(NOW), body = BODY, key = KEY) => ({
  'trailwarden-timestamp': timestamp,
  'trailwarden-signature': webhookSignature(key, timestamp, body),
});

const isOurs = checkOfTheDocs();

test('the check of the docs accepts what is signed now', () => {
  expect(isOurs(signed(), BODY, KEY)).toBe(true);
});

test.each<[string, Record<string, string | undefined>, string]>([
  ['of another body', signed(), '{"alertId":"b"}'],
  ['signed with another key', signed(undefined, BODY, 'another-signing-key'), BODY],
  ['with a later time than was signed', { ...signed(), 'trailwarden-timestamp': String(NOW + 1) }, BODY],
  ['that somebody recorded ten minutes ago', signed(String(NOW - 600)), BODY],
  ['without a signature', { 'trailwarden-timestamp': String(NOW) }, BODY],
  ['without a time', { 'trailwarden-signature': signed()['trailwarden-signature'] }, BODY],
  [
    'whose end of the body was moved into the time',
    { ...signed(`${NOW}.{`), 'trailwarden-timestamp': String(NOW) },
    BODY,
  ],
])('it refuses a webhook %s', (_, headers, body) => {
  expect(isOurs(headers, body, KEY)).toBe(false);
});
