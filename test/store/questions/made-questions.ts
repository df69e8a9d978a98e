import { hash } from 'node:crypto';
import fc from 'fast-check';
import type { TimeOrder } from '../../../lambda/store/dynamo/queries/partition-page.ts';
import {
  type EventConditions,
  readAllConditions,
  type SecondsRange,
} from '../../../lambda/store/questions/conditions.ts';
import type { Facet, FacetValue } from '../../../lambda/store/questions/tally.ts';
import { secondsOf } from '../../../lambda/store/segments/block.ts';
import { valuesOf } from '../../../lambda/store/segments/dimensions.ts';
import type { EventSummary } from '../../../lambda/store/segments/summary.ts';
import { inOrder, summary } from '../segments/summaries.ts';

const START = Date.UTC(2026, 10, 19) / 1000;
const END = START + 3 * 86_400;

const time = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;

/** Names that don't compress: a segment of many is no single item. */
const objectName = (number: number): string =>
  `arn:aws:s3:::bucket/${number}-${hash('sha1', String(number)).slice(0, 24)}`;

/** Events of three days with values that are frequent, rare, absent and many. */
export function madeEvents(seed: number, count: number): readonly EventSummary[] {
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  return inOrder(
    Array.from({ length: count }, (_, index) =>
      summary({
        eventTime: time(START + random(3 * 86_400)),
        actor: `arn:aws:iam::11112222333${random(3)}:role/role-${random(random(2) === 0 ? 3 : 400)}`,
        account: `11112222333${random(3)}`,
        action: `s3:Action${random(random(2) === 0 ? 4 : 60)}`,
        access: ['read', 'write', 'list', 'tagging'][random(4)] ?? 'read',
        // Some with many, so that a segment has more values than stand as they are.
        resources: Array.from({ length: index % 5 === 0 ? 42 : random(4) }, (_none, place) =>
          objectName(place < 4 ? random(200) : index * 42 + place),
        ),
        ...(random(10) === 0 ? { errorCode: 'AccessDenied', outcome: 'denied' } : {}),
        ...(random(3) === 0
          ? { address: undefined, sourceIPAddress: 'lambda.amazonaws.com' }
          : { address: `203.0.113.${random(250)}` }),
        accessKeyId: `ASIA${random(700)}`,
        userAgent: ['aws-cli/2.15.0 Python', 'Boto3/1.34', 'console.amazonaws.com'][random(3)],
      }),
    ),
  );
}

/** Any question about some events. */
export interface MadeQuestion {
  readonly conditions: EventConditions;
  readonly not?: EventConditions;
  readonly range: SecondsRange;
  readonly order: TimeOrder;
  /** Infinity for all of them. */
  readonly limit: number;
}

export const pick = <T>(list: readonly T[]): fc.Arbitrary<T> =>
  fc.nat(list.length - 1).map((index) => list[index] as T);

export function questionsAbout(events: readonly EventSummary[]): fc.Arbitrary<MadeQuestion> {
  const event = pick(events);
  const moment = fc.oneof(
    fc.integer({ min: START - 10, max: END + 10 }),
    event.map(({ eventTime }) => secondsOf(eventTime)),
  );

  const conditionsOf = (maxLength: number) =>
    fc
      .array(
        fc.oneof(
          event.map(({ actor }) => ({ actor: [actor] })),
          fc.constantFrom(
            { actor: ['*role-1*'] },
            { actor: ['*:role/role-1', 'arn:aws:iam::111122223330:role/role-2'] },
          ),
          event.map(({ action }) => ({ action: [action, 's3:Action1'] })),
          event.map(({ resources }) => ({ resource: [resources[0] ?? 'none', resources[1] ?? 'none'] })),
          fc.constantFrom(
            { resource: ['arn:aws:s3:::bucket/12*'] },
            { resource: [objectName(12)] },
            { resource: ['nothing'] },
          ),
          event.map(({ accessKeyId }) => ({ accessKeyId: [accessKeyId ?? ''] })),
          fc.constantFrom(
            { address: ['203.0.113.0/28'] },
            { address: ['lambda.amazonaws.com'] },
            { address: ['203.0.113.7'] },
            { errorCode: ['AccessDenied'] },
            { errorCode: ['*'] },
            { access: ['write', 'tagging'] },
            { account: ['111122223331'] },
            { userAgent: ['boto3'] },
            { outcome: ['denied'] },
          ),
        ),
        { maxLength },
      )
      .map((parts) => Object.assign({}, ...parts) as EventConditions);

  return fc.record({
    conditions: conditionsOf(3),
    not: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: conditionsOf(2) }),
    range: fc.oneof(
      fc.constant({ first: Number.NEGATIVE_INFINITY, last: Number.POSITIVE_INFINITY }),
      fc.tuple(moment, moment).map(([a, b]): SecondsRange => ({ first: Math.min(a, b), last: Math.max(a, b) })),
    ),
    order: fc.constantFrom('newest-first' as const, 'oldest-first' as const),
    limit: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(60)),
  });
}

/** The answer by which every other is measured, the oldest first. */
export function plainFilter(
  events: readonly EventSummary[],
  { conditions, not = {}, range }: Pick<MadeQuestion, 'conditions' | 'not' | 'range'>,
): readonly EventSummary[] {
  const read = readAllConditions(conditions, not);
  return events.filter(
    (one) =>
      secondsOf(one.eventTime) >= range.first &&
      secondsOf(one.eventTime) <= range.last &&
      read.every(({ dimension, matches, isNegated = false }) => valuesOf(one, dimension).some(matches) !== isNegated),
  );
}

/** The same in the order and number that are asked for. */
export function plainAnswer(events: readonly EventSummary[], asked: MadeQuestion): readonly EventSummary[] {
  const found = plainFilter(events, asked);
  return (asked.order === 'oldest-first' ? found : found.toReversed()).slice(0, asked.limit);
}

/** Values of a facet, counted one by one. */
export function plainFacet(events: readonly EventSummary[], facet: Facet): readonly FacetValue[] {
  const values = new Map<string, { count: number; first: string; last: string }>();
  for (const one of events) {
    const own =
      facet === 'day'
        ? [one.eventTime.slice(0, 10)]
        : facet === 'hour'
          ? [one.eventTime.slice(0, 13)]
          : valuesOf(one, facet);
    for (const value of own) {
      const entry = values.get(value);
      values.set(value, { count: (entry?.count ?? 0) + 1, first: entry?.first ?? one.eventTime, last: one.eventTime });
    }
  }
  const isTime = facet === 'day' || facet === 'hour';
  return Array.from(values, ([value, { count, first, last }]) => ({
    value,
    count,
    ...(facet !== 'hour' && { first, last }),
  })).sort((a, b) => (isTime ? 0 : b.count - a.count) || (a.value < b.value ? -1 : 1));
}
