import { chooseMerge, MERGE_POLICY } from '../../lambda/pack/merge.ts';
import type { Descriptor } from '../../lambda/store/segments/table/descriptor.ts';

const DAY = '2026-11-20';

function small(members: Partial<Descriptor>): { readonly descriptor: Descriptor } {
  return {
    descriptor: {
      segmentId: 'one',
      level: 0,
      madeAt: '2026-11-20T12:00:00Z',
      keptFrom: DAY,
      lane: 0,
      from: 1,
      expiresAt: 4_000_000_000,
      day: DAY,
      first: `${DAY}T00:00:00Z`,
      last: `${DAY}T01:00:00Z`,
      count: 1_000,
      bytes: 1,
      blockBytes: 1,
      hours: [],
      access: {},
      whole: true,
      blocks: 1,
      filterParts: 0,
      parts: {},
      lists: {},
      ...members,
    },
  };
}

const at = (time: string): Date => new Date(time);

describe('small segments of a day', () => {
  test('wait while more may come, and are merged six hours after the last of them once the day is over', () => {
    const segments = [small({}), small({ madeAt: '2026-11-20T23:00:00Z' })];
    expect(chooseMerge(segments, at('2026-11-21T04:59:00Z'), MERGE_POLICY)).toEqual([]);
    expect(chooseMerge(segments, at('2026-11-21T05:00:00Z'), MERGE_POLICY)).toHaveLength(2);
  });

  test('are merged at once where they are enough, those of the earliest events first', () => {
    const segments = [2, 0, 1, 3].map((hour) => small({ count: 60_000, first: `${DAY}T0${hour}:00:00Z` }));
    const chosen = chooseMerge(segments, at('2026-11-20T12:10:00Z'), MERGE_POLICY);
    expect(chosen.map(({ descriptor }) => descriptor.first.slice(11, 13))).toEqual(['00', '01', '02']);
  });

  test('are merged after three days, whatever comes', () => {
    const segments = [small({}), small({ madeAt: '2026-11-23T11:00:00Z' })];
    expect(chooseMerge(segments, at('2026-11-23T11:59:00Z'), MERGE_POLICY)).toEqual([]);
    expect(chooseMerge(segments, at('2026-11-23T12:00:00Z'), MERGE_POLICY)).toHaveLength(2);
  });

  test('stay apart where their events expire more than thirty days apart', () => {
    const segments = ['2026-11-20', '2026-12-20', '2026-12-21'].map((keptFrom) => small({ keptFrom }));
    const chosen = chooseMerge(segments, at('2027-01-10T00:00:00Z'), MERGE_POLICY);
    expect(chosen.map(({ descriptor }) => descriptor.keptFrom)).toEqual(['2026-11-20', '2026-12-20']);
  });

  test('are merged no more once they are large', () => {
    expect(chooseMerge([small({ level: 1 })], at('2027-01-10T00:00:00Z'), MERGE_POLICY)).toEqual([]);
  });
});
