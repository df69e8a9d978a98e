import * as fc from 'fast-check';
import { type CoveredTime, cover, missingTimes } from '../../../local/history/covered-times.ts';

const at = (second: number): string => new Date(second * 1000).toISOString().replace('.000', '');
const time = (from: number, to: number, ids: readonly string[] = []): CoveredTime => ({
  from: at(from),
  to: at(to),
  ids,
});
const asked = (since: number, until: number) => ({ since: at(since), until: at(until) });

test('what was read down to a moment is asked for from that moment on, without what is there', () => {
  const covered = cover([], time(50, 100, ['a', 'b']));
  expect(missingTimes(covered, asked(0, 100))).toEqual([{ ...asked(0, 50), ids: ['a', 'b'] }]);
});

test('what is new comes first, then what is older', () => {
  const covered = cover([], time(50, 100, ['a']));
  expect(missingTimes(covered, asked(0, 120))).toEqual([
    { ...asked(100, 120), ids: [] },
    { ...asked(0, 50), ids: ['a'] },
  ]);
});

test('two readings with a gap between them leave the gap alone', () => {
  const covered = cover(cover([], time(0, 40)), time(60, 100, ['a']));
  expect(missingTimes(covered, asked(0, 100))).toEqual([{ ...asked(40, 60), ids: ['a'] }]);
  expect(missingTimes(cover(covered, time(40, 60)), asked(0, 100))).toEqual([]);
});

test('nothing is covered by a reading that came not far enough', () => {
  expect(cover([], time(100, 90))).toEqual([]);
});

test('whatever was read, what is missing and what is covered are all that was asked for', () => {
  const second = fc.integer({ min: 0, max: 60 });
  const span = fc.tuple(second, second).map(([a, b]) => time(Math.min(a, b), Math.max(a, b)));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 8 }), second, second, (spans, a, b) => {
      const [since, until] = [Math.min(a, b), Math.max(a, b)];
      const covered = spans.reduce(cover, []);
      const missing = missingTimes(covered, asked(since, until));
      const isIn = (text: string, from: string, to: string): boolean => text >= from && text <= to;
      for (let now = since; now <= until; now++) {
        const isCovered = spans.some(({ from, to }) => isIn(at(now), from, to));
        const isMissing = missing.some((one) => isIn(at(now), one.since, one.until));
        // The second at an edge is asked for again; a time of no length is not worth a call.
        if (!isCovered && since < until) expect(isMissing).toBe(true);
      }
      expect(missing.map((one) => one.until)).toEqual(
        missing
          .map((one) => one.until)
          .toSorted()
          .toReversed(),
      );
    }),
  );
});
