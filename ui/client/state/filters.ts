import { computed } from '@preact/signals';
import { literalPattern } from '../../../lambda/store/dynamo/queries/text-pattern.ts';
import { FILTER_NAMES, type FilterName } from '../../protocol/bounds.ts';
import { addressOf, change, goTo, parameters, view } from './address.ts';
import { range } from './range.ts';

export type Filters = Readonly<Partial<Record<FilterName, readonly string[]>>>;

/** Before the name of a filter whose values are left out. */
const NOT = 'not.';

/** What the address says that events must have. */
export const only = computed<Filters>(() => filtersOf(''));

/** And what they must not have. */
export const not = computed<Filters>(() => filtersOf(NOT));

function filtersOf(prefix: string): Filters {
  return Object.fromEntries(
    FILTER_NAMES.flatMap((name) => {
      const values = parameters.value.getAll(`${prefix}${name}`);
      return values.length === 0 ? [] : [[name, values] as const];
    }),
  );
}

/** Shows events with a value, or without it, from any view. */
export function filterBy(name: FilterName, value: string, isExcluded: boolean): void {
  const pattern = literalPattern(value);
  const own = `${isExcluded ? NOT : ''}${name}`;
  if (view.value !== 'explore') {
    const { since, until } = range.value;
    goTo(addressOf('explore', { since, until, [own]: pattern }));
    return;
  }
  const other = `${isExcluded ? '' : NOT}${name}`;
  const without = (key: string): string[] => parameters.value.getAll(key).filter((one) => one !== pattern);
  // Only this value: what else was asked for of the same name would bring others back.
  change({ [own]: isExcluded ? [...without(own), pattern] : [pattern], [other]: without(other) });
}

export function removeFilter(name: FilterName, value: string, isExcluded: boolean): void {
  const key = `${isExcluded ? NOT : ''}${name}`;
  change({ [key]: parameters.value.getAll(key).filter((one) => one !== value) });
}

/** The story of a key, an actor, an address, a resource, an event. */
export function goToStory(subject: string, kind?: string): void {
  goTo(addressOf('story', { of: subject, ...(kind !== undefined && { as: kind }) }));
}

/** The kinds of subject that an incident has, by filter. */
export const SUBJECT_OF_FILTER: Readonly<Partial<Record<FilterName, string>>> = {
  actor: 'actor',
  credential: 'credential',
  address: 'address',
  resource: 'resource',
  session: 'session',
};
