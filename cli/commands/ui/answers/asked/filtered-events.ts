import type { EventQuery } from '../../../../../lambda/store/questions/event-search.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import type { FilterName } from '../../../../../ui/protocol/bounds.ts';
import { readConditionOptions } from '../../../../options/event-conditions.ts';

type EventFilter = Pick<ReadAsked<'facets'>, 'since' | 'until' | 'only' | 'not'>;

/** What the page's filters ask of the index: what the same options of `trailwarden events` ask. */
export function queryOf({ only, not, since, until }: EventFilter): EventQuery {
  return {
    conditions: readConditionOptions(only),
    not: readConditionOptions(not),
    since: new Date(since),
    until: new Date(until),
  };
}

/** The arguments of `trailwarden events` that ask the same. */
export function argsOf({ only, not, since, until }: EventFilter): readonly string[] {
  const named = (filters: EventFilter['only']): readonly (readonly [string, string])[] =>
    (Object.entries(filters) as [FilterName, readonly string[]][]).flatMap(([name, values]) =>
      values.map((value) => [optionOf(name), value] as const),
    );
  return [
    ...named(only).flatMap(([option, value]) => [`--${option}`, value]),
    ...named(not).flatMap(([option, value]) => ['--not', `${option}=${value}`]),
    ...rangeArgs({ since, until }),
  ];
}

/** A range as options: times without a zone's name are read in the zone of whoever types them, so they say theirs. */
export function rangeArgs({ since, until }: Pick<EventFilter, 'since' | 'until'>): readonly string[] {
  return ['--since', short(since), '--until', short(until)];
}

function short(time: string): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function optionOf(name: FilterName): string {
  return name === 'userAgent' ? 'user-agent' : name;
}
