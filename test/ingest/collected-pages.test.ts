import { randomBytes } from 'node:crypto';
import { CollectedPages } from '../../lambda/ingest/collected-pages.ts';
import { type EventSummary, summaryOf } from '../../lambda/store/segments/summary.ts';
import { Page, pageRow } from '../../lambda/store/segments/table/page-rows.ts';
import { event } from '../support/records.ts';

const summary = (index: number, more: Partial<EventSummary> = {}): EventSummary => ({
  ...summaryOf(
    event({ eventID: `e-${String(index).padStart(6, '0')}` }, { bucket: 'b', key: 'k', version: 'v', index }),
  ),
  ...more,
});

const idsOf = (pages: ReturnType<CollectedPages['take']>) =>
  pages.flatMap((body) => {
    const block = new Page({ ...pageRow(body, 0, new Date()) }).block();
    return Array.from({ length: block.count }, (_, at) => block.summary(at).eventID);
  });

test('pages hold what was sealed, each once, and not what was left out', () => {
  const pages = new CollectedPages();
  for (let index = 0; index < 5; index++) pages.add(summary(index));
  expect(pages.take()).toEqual([]);
  pages.seal((index) => index === 3);
  pages.add(summary(9));
  expect(idsOf(pages.take())).toEqual(['e-000000', 'e-000001', 'e-000002', 'e-000004']);
  expect(pages.take()).toEqual([]);
});

test('an event that can’t be packed takes no other with it', () => {
  const pages = new CollectedPages();
  pages.add(summary(0));
  pages.add(summary(1, { eventTime: 'at noon' }));
  pages.add(summary(2));
  const unpaged = pages.seal(() => false);
  expect(unpaged.map((each) => each.summary.receipt.index)).toEqual([1]);
  expect(idsOf(pages.take())).toEqual(['e-000000', 'e-000002']);
});

test('what a transaction would not take is written before: of events as large as there are', () => {
  const pages = new CollectedPages();
  let sealed = 0;
  for (let index = 0; !pages.isFull; index++) {
    const resources = Array.from({ length: 50 }, () => randomBytes(1000).toString('hex'));
    pages.add(summary(index, { resources }));
    if (!pages.isEnough) continue;
    pages.seal(() => false);
    sealed++;
  }
  expect(sealed).toBeGreaterThan(0);
  const taken = pages.take();
  const bytes = taken.reduce((sum, { body }) => sum + body.length, 0);
  expect(bytes).toBeLessThan(3_500_000);
  expect(taken.length).toBeLessThan(90);
});

test('pages are written before there are more than a transaction takes, however small they are', () => {
  const pages = new CollectedPages();
  let sealed = 0;
  while (!pages.isFull) {
    pages.add(summary(sealed++));
    pages.seal(() => false);
  }
  expect(pages.take()).toHaveLength(sealed);
  expect(sealed).toBeLessThan(90);
});
