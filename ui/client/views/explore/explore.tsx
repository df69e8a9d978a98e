import { useEffect, useState } from 'preact/hooks';
import { Bars } from '../../parts/bars.tsx';
import { Footer } from '../../parts/footer.tsx';
import { RangeBar } from '../../parts/range-bar.tsx';
import { Region } from '../../parts/states.tsx';
import { change, parameters } from '../../state/address.ts';
import { not, only } from '../../state/filters.ts';
import { range, setRange } from '../../state/range.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { counted } from '../../text/number-text.ts';
import { EventPanel } from './event-panel.tsx';
import { EventTable } from './event-table.tsx';
import { FacetList, FilterChips } from './facets.tsx';

/** Events of a range: a histogram, counts by value, the events, and one of them beside them. */
export function Explore() {
  const { since, until } = range.value;
  const filter = { since, until, only: only.value, not: not.value };
  const facets = useAnswer('facets', filter);
  const [areFacetsOpen, setFacetsOpen] = useState(false);
  const open = parameters.value.get('event');
  const at = parameters.value.get('at') ?? undefined;

  useEffect(() => setFacetsOpen(false), [open]);

  return (
    <>
      <RangeBar names={['1h', '1d', '7d', '30d']}>
        <button
          type="button"
          class="narrow-only"
          aria-expanded={areFacetsOpen}
          onClick={() => setFacetsOpen(!areFacetsOpen)}
        >
          Filters
        </button>
      </RangeBar>
      <main
        class={`explore${open === null ? '' : ' with-panel'}${areFacetsOpen ? ' with-facets' : ''}`}
        aria-label="Explore"
      >
        <h1 class="hidden">Explore</h1>
        <aside class="facets" aria-label="Counts by value">
          <Region of={facets} lines={24}>
            {(answer) => <FacetList facets={answer.facets} total={answer.total} />}
          </Region>
        </aside>
        <section class="events" aria-label="Events">
          <div class="events-head">
            <h2>{facets.answer === undefined ? 'Events' : counted(facets.answer.total, 'event')}</h2>
            <FilterChips />
          </div>
          <div class="histogram">
            <Region of={facets} lines={3}>
              {({ bars, barSeconds }) => (
                <Bars
                  label="Events"
                  series={[{ label: 'events', colour: '--accent', bars }]}
                  {...{ barSeconds, since, until }}
                  height={96}
                  onRange={(from, to) => setRange({ since: from, until: to })}
                />
              )}
            </Region>
          </div>
          <EventTable filter={filter} total={facets.answer?.total} />
        </section>
        {open !== null && (
          <EventPanel eventID={open} time={at} onClose={() => change({ event: undefined, at: undefined })} />
        )}
      </main>
      <Footer command={facets.answer?.command} />
    </>
  );
}
