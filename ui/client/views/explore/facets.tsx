import type { FacetList as Facets } from '../../../protocol/answers.ts';
import type { FilterName } from '../../../protocol/bounds.ts';
import { Icon } from '../../parts/icons.tsx';
import { Text } from '../../parts/text.tsx';
import { MenuButton } from '../../parts/value.tsx';
import { change } from '../../state/address.ts';
import { type Filters, filterBy, not, only, removeFilter } from '../../state/filters.ts';
import { cutMiddle } from '../../text/id-text.ts';
import { numberText } from '../../text/number-text.ts';

const NAMES: Readonly<Record<FilterName, string>> = {
  actor: 'Actor',
  action: 'Action',
  access: 'Access',
  outcome: 'Outcome',
  resource: 'Resource',
  address: 'Address',
  account: 'Account',
  region: 'Region',
  credential: 'Access key',
  error: 'Error',
  kind: 'Kind of actor',
  session: 'Session',
  userAgent: 'User agent',
  category: 'Category',
  network: 'Network',
  country: 'Country',
  asn: 'ASN',
};

/** Values of each facet with their counts; a click takes only one. */
export function FacetList({ facets, total }: { readonly facets: readonly Facets[]; readonly total: number }) {
  return (
    <>
      {facets
        .filter(({ values }) => values.length > 0)
        .map(({ filter, values, distinct }) => (
          <section key={filter} class="facet" aria-label={NAMES[filter]}>
            <h2>{NAMES[filter]}</h2>
            <ul>
              {values.map(({ value, name, count }) => (
                <li key={value}>
                  <button
                    type="button"
                    class="link"
                    title={value}
                    data-filter={filter}
                    data-value={value}
                    onClick={() => filterBy(filter, value, false)}
                  >
                    <span class="share" style={{ width: `${Math.round((count / Math.max(1, total)) * 100)}%` }} />
                    <Text of={name ?? value} />
                  </button>
                  <MenuButton value={value} filter={filter} />
                  <span class="number">{numberText(count)}</span>
                </li>
              ))}
            </ul>
            {distinct > values.length && <p class="hint">{numberText(distinct - values.length)} more</p>}
          </section>
        ))}
    </>
  );
}

/** What is filtered by; a click takes a filter away. */
export function FilterChips() {
  const chips = [...chipsOf(only.value, false), ...chipsOf(not.value, true)];
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {chips.map(({ name, value, isExcluded }) => (
        <li key={`${isExcluded} ${name} ${value}`}>
          <button type="button" title={value} onClick={() => removeFilter(name, value, isExcluded)}>
            <span class="hidden">Take away the filter </span>
            <span class="kind">
              {isExcluded ? 'not ' : ''}
              {NAMES[name].toLowerCase()}
            </span>
            {cutMiddle(value, 32)}
            <Icon name="close" />
          </button>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <button type="button" onClick={clear}>
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}

interface Chip {
  readonly name: FilterName;
  readonly value: string;
  readonly isExcluded: boolean;
}

function chipsOf(filters: Filters, isExcluded: boolean): readonly Chip[] {
  // Made from the names of filters.
  return (Object.entries(filters) as [FilterName, readonly string[]][]).flatMap(([name, values]) =>
    values.map((value) => ({ name, value, isExcluded })),
  );
}

function clear(): void {
  const chips = [...chipsOf(only.value, false), ...chipsOf(not.value, true)];
  change(Object.fromEntries(chips.map(({ name, isExcluded }) => [`${isExcluded ? 'not.' : ''}${name}`, undefined])));
}
