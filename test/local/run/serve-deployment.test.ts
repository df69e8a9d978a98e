import type { ToldOutcome } from '../../../lambda/ingest/ingest.ts';
import { createScreen } from '../../../local/run/screen.ts';
import { showOutcome } from '../../../local/run/serve-deployment.ts';

const lineOf = (told: object, isWatched = true): string => {
  let text = '';
  const screen = createScreen((printed) => {
    text += printed;
  }, false);
  showOutcome(screen, { bucket: 'logs', key: 'AWSLogs/1.json.gz', ...told } as ToldOutcome, isWatched);
  return text.replace(/^\d\d:\d\d:\d\d {2}/, '').trimEnd();
};
const counts = { records: 12, indexed: 12, rejected: 0, findings: 3 };

describe('what is told of an object while serving', () => {
  test.each<[object, string]>([
    [{ outcome: { status: 'closed', ...counts } }, '12 records, 3 findings'],
    [{ outcome: { status: 'closed', ...counts, rejected: 2 } }, '12 records, 3 findings, 2 records rejected'],
    [{ outcome: { status: 'rejected', ...counts, reason: 'the gzip data is cut' } }, 'rejected: the gzip data is cut'],
    [{ outcome: { status: 'refused', ...counts, reason: 'unknown' } }, 'refused: unknown'],
    [{ outcome: { status: 'recovered', ...counts } }, '12 of 12 quarantined records, 3 findings'],
    [{ outcome: { status: 'skipped', ...counts } }, 'known already'],
    [{ outcome: { status: 'continue', ...counts } }, '12 records so far, goes on'],
    [{ error: 'NoSuchKey: gone' }, 'failed, and comes back: NoSuchKey: gone'],
  ])('%j is one line with its key', (told, text) => {
    expect(lineOf(told)).toBe(`AWSLogs/1.json.gz: ${text}`);
  });

  test('where nobody looks on, only what somebody must look at is told', () => {
    expect(lineOf({ outcome: { status: 'closed', ...counts } }, false)).toBe('');
    expect(lineOf({ outcome: { status: 'rejected', ...counts, reason: 'cut' } }, false)).toContain('rejected: cut');
    expect(lineOf({ error: 'denied' }, false)).toContain('denied');
  });

  test('a key can’t write to the terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lineOf({ key: 'AWSLogs/\u001b[2J\nx', error: 'e' })).not.toMatch(/[\u0000-\u001f]/);
  });
});
