import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { counted, countedWere, grouped } from '../../lambda/shared/counted.ts';

const ROOT = join(import.meta.dirname, '../..');

test('one is told as one, anything else as several', () => {
  fc.assert(
    fc.property(fc.nat(), (count) => {
      const text = counted(count, 'log object');
      expect(text.endsWith(' log object')).toBe(count === 1);
      expect(text.endsWith(' log objects')).toBe(count !== 1);
      expect(Number(text.replace(/ log objects?$/, '').replaceAll(',', ''))).toBe(count);
      expect(counted(count, 'reply', 'replies').endsWith(count === 1 ? ' reply' : ' replies')).toBe(true);
      expect(countedWere(count, 'event').endsWith(count === 1 ? ' event was' : ' events were')).toBe(true);
    }),
  );
});

test('a number is grouped as Intl groups it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer(),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }).map((number) => number + 0),
      ),
      (number) => {
        expect(grouped(number)).toBe(number.toLocaleString('en-US'));
      },
    ),
  );
});

const NOUNS =
  'objects|events|records|findings|alerts|rules|rows|pages|segments|units|requests|files|digests|messages|values|regions|minutes|hours|days|accounts|batches|chains|credentials|lines|topics|channels|sources|tries';

/** A value that stands before a noun by hand. What constants say is known, and what isn't whole is several. */
const BY_HAND = new RegExp(
  String.raw`\$\{(?!counted|[A-Z_]+(?:\.\w+)?\}|[^{}]*toFixed)([^{}]+)\} (?:log )?(?:${NOUNS})\b`,
  'g',
);

/** Where it is no count, or always more than one. */
const NEVER_ONE: readonly string[] = [
  'cli/inputs/name-rules.ts: ids.size rules',
  'cli/commands/cost/cost.ts: query.accounts accounts',
  'cli/commands/history/how-long.ts: Math.round(seconds / 60) minutes',
  'cli/commands/history/how-long.ts: hours(1_000_000) hours',
  'cli/commands/rules/find-event.ts: count records',
  'cli/commands/trace/timeline-command.ts: length lines',
  'cli/commands/verify/audit.ts: problem.count digests',
  'lambda/alerts/messages/alert-headline.ts: finding.credential credentials',
  'lambda/alerts/messages/storm-message.ts: level alerts',
  'lambda/detection/parse/rule-references.ts: meaning.bearers rules',
  'lambda/notify/receivers/message-facts.ts: level alerts',
  'lambda/store/segments/block.ts: this.count events',
  'lambda/store/segments/encoding/column-texts.ts: count values',
  'local/run/next-steps.ts: trailwarden findings',
];
/** Its lines are of a month. */
const MONTHLY = 'cli/commands/cost/estimate-cost.ts: ';

test.each(['cli', 'lambda', 'local'])('no text of %s puts a count before a noun by hand', (room) => {
  const found = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(ROOT, room, name), 'utf8');
      return [...source.matchAll(BY_HAND)].map(([text]) => `${room}/${name}: ${text.replace(/^\$\{(.*)\}/, '$1')}`);
    });
  expect(found.filter((text) => !NEVER_ONE.includes(text) && !text.startsWith(MONTHLY))).toEqual([]);
});

test.each(['objects} log objects', 'list.length} events', 'this.#events} events', 'count(it.polls)} requests'])(
  'a count before a noun by hand would be seen: %s',
  (text) => {
    expect(`a \${${text}`.match(BY_HAND)).toHaveLength(1);
  },
);

test.each(['MAX_DAYS} days', 'MEASURED.pageBytes} objects', "counted(1, 'day')} days", '(x / 60).toFixed(1)} hours'])(
  'what is known to be several may stand there: %s',
  (text) => {
    expect(`a \${${text}`.match(BY_HAND)).toBeNull();
  },
);
