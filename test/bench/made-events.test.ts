import { madeEvent, madeEvents, SummaryMaker } from '../../bench/made/events.ts';
import { compareSummaries, summaryOf } from '../../lambda/store/segments/summary.ts';

const organization = { seed: 7, eventsPerObject: [50, 6], dataEvents: 0.05 };

test('made events are the same for the same seed, in order, of one day', () => {
  const events = [...madeEvents(organization, '2026-11-20', 2_000)];
  expect(events).toHaveLength(2_000);
  expect([...madeEvents(organization, '2026-11-20', 2_000)]).toEqual(events);
  const maker = new SummaryMaker();
  const summaries = events.map((event) => maker.summary(event));
  expect(summaries.toSorted(compareSummaries)).toEqual(summaries);
  expect(new Set(summaries.map(({ eventTime }) => eventTime.slice(0, 10)))).toEqual(new Set(['2026-11-20']));
});

test('a summary that is filled in equals the one that is read from the record', () => {
  const maker = new SummaryMaker();
  for (const event of madeEvents(organization, '2026-11-20', 2_000)) {
    expect(maker.summary(event)).toEqual(summaryOf(madeEvent(event)));
  }
});
