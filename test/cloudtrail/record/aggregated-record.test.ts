import { type CloudTrailEvent, readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../../lambda/cloudtrail/derived-fields.ts';
import { createDetector, parseRules } from '../../../lambda/detection/index.ts';
import type { JsonObject } from '../../../lambda/shared/json.ts';
import { eventRows } from '../../../lambda/store/rows/event-row.ts';
import { ACCOUNT, aggregated, RECEIPT } from '../../support/records.ts';

function eventOf(record: JsonObject): CloudTrailEvent {
  const result = readEvent(record, RECEIPT);
  if (!result.ok) throw new Error(result.reason);
  return result.event;
}

describe('an aggregated data event', () => {
  test('has its id, its account and the start of its window where other events have theirs', () => {
    const record = aggregated({ eventId: 'summary-1' });
    expect(eventOf(record)).toMatchObject({
      eventID: 'summary-1',
      eventTime: '2026-11-20T14:00:00Z',
      account: ACCOUNT,
      region: 'us-west-2',
      category: 'aggregated',
      action: 's3:AwsAggregatedEvent',
      resources: ['arn:aws:s3:::bucket-1', 'arn:aws:s3:::bucket-2'],
      record,
    });
  });

  test.each([
    [['GetObject', 'PutObject'], 'write'],
    [['GetObject', 'HeadObject'], 'read'],
    [['GetObject', 'PutObjectAcl'], 'permissions-management'],
    [[], 'write'],
  ])('that sums up %j is %s', (names, access) => {
    const statistics = names.map((name) => ({ name, value: 1 }));
    expect(eventOf(aggregated({ summary: { primaryDimension: { dimension: 'eventName', statistics } } })).access).toBe(
      access,
    );
  });

  test.each([
    ['eventId', 'eventID is missing'],
    ['timeWindow', 'eventTime is missing'],
    ['accountId', 'recipientAccountId and userIdentity.accountId are missing'],
  ])('without %s is rejected with the reason', (name, reason) => {
    const { [name]: _, ...record } = aggregated();
    expect(readEvent(record, RECEIPT)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  test('is indexed, by each of its resources too', () => {
    const rows = eventRows(eventOf(aggregated({ eventId: 'summary-2' })), {
      rowDays: 1,
      now: new Date('2026-11-20T15:00:00Z'),
    });
    expect(rows[0]).toMatchObject({ eventID: 'summary-2', category: 'aggregated', eventTime: '2026-11-20T14:00:00Z' });
    expect(rows.map(({ resource }) => resource)).toEqual(['arn:aws:s3:::bucket-1', 'arn:aws:s3:::bucket-2']);
  });
});

describe('rules and aggregated events', () => {
  const rule = (title: string, selection: string, condition = 'selection') =>
    `title: Rule ${title}\nid: 00000000-0000-4000-8000-0000000000${title}\nlogsource: { product: aws, service: cloudtrail }\n` +
    `detection:\n  selection: ${selection}\n  other: { eventName: Nothing }\n  condition: ${condition}\n`;
  const detectorOf = (...texts: readonly string[]) => {
    const { ruleSet, problems } = parseRules(texts.map((text, i) => ({ path: `${i}.yml`, text })));
    expect(problems).toEqual([]);
    return createDetector(ruleSet);
  };

  test('only rules that name their category judge them', () => {
    const detector = detectorOf(
      rule('11', '{ eventSource: s3.amazonaws.com }'),
      rule('12', '{ eventSource: s3.amazonaws.com, eventCategory: aggregated }'),
      rule('13', '{ eventCategory: [Data, Aggregated] }', 'selection or other'),
      rule('14', '{ eventCategory: Data }', 'not selection'),
      rule('15', "{ trailwarden.access: 'write' }"),
    );
    const event = eventOf(aggregated());
    const derived = derivedFields(event);
    expect(detector.match(event.record, derived).map(({ title }) => title)).toEqual(['Rule 12', 'Rule 13']);
    expect(detector.explain('00000000-0000-4000-8000-000000000011', event.record, derived)).toMatchObject({
      verdict: false,
      children: [{ verdict: true }, { kind: 'filter', label: expect.stringContaining('Aggregated') }],
    });
  });

  test('a correlation counts one that came twice once', () => {
    const correlation = `title: Many summaries
id: 00000000-0000-4000-8000-000000000021
correlation:
  type: event_count
  rules: ['00000000-0000-4000-8000-000000000020']
  timespan: 1h
  condition: { gte: 2 }
`;
    const detector = detectorOf(rule('20', '{ eventCategory: Aggregated }'), correlation);
    const [first, second] = [aggregated(), aggregated()];
    const time = Date.parse('2026-11-20T14:00:00Z');
    expect(detector.correlate(first, time)).toEqual([]);
    expect(detector.correlate(first, time)).toEqual([]);
    expect(detector.correlate(second, time)).toHaveLength(1);
  });
});
