import type { ComponentChildren } from 'preact';
import type { Change, CountedValue, FindingsOverview } from '../../../protocol/answers.ts';
import type { FilterName } from '../../../protocol/bounds.ts';
import { Bars } from '../../parts/bars.tsx';
import { Footer } from '../../parts/footer.tsx';
import { Level } from '../../parts/level.tsx';
import { RangeBar } from '../../parts/range-bar.tsx';
import { Partial, Region } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { MenuButton } from '../../parts/value.tsx';
import { addressOf, follow, goTo } from '../../state/address.ts';
import { filterBy } from '../../state/filters.ts';
import { range } from '../../state/range.ts';
import { type Answered, useAnswer } from '../../state/use-answer.ts';
import { changeText, counted, numberText } from '../../text/number-text.ts';
import { CompletenessMap, CompletenessWord } from './completeness-map.tsx';

const HOUR = 3_600_000;

/** The last day, week or month beside the one before. */
export function Overview() {
  const { since, until } = range.value;
  const events = useAnswer('overview-events', { since, until });
  const findings = useAnswer('overview-findings', { since, until });
  const completeness = useAnswer('completeness', { since, until });
  const barSeconds = Date.parse(until) - Date.parse(since) > 8 * 24 * HOUR ? 86_400 : 3_600;
  const explore = (from: string, to: string): void => goTo(addressOf('explore', { since: from, until: to }));
  return (
    <>
      <RangeBar names={['1d', '7d', '30d']} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keyboard */}
      <main class="overview" aria-label="Overview" tabIndex={0}>
        <h1 class="hidden">Overview</h1>
        <CompletenessWord of={completeness} />
        <section class="tiles" aria-label="Beside the time before">
          <Tile title="Events" of={events} change={events.answer?.events} />
          <Tile
            title="Findings"
            of={findings}
            change={findings.answer?.findings}
            isAtLeast={findings.answer?.isAtLeast}
          />
          <Tile title="New alerts" of={findings} change={findings.answer?.alertCount} />
          <Tile title="Denied calls" of={events} change={events.answer?.denied} />
        </section>
        <Panel title="Events over time" className="half chart">
          <Region
            of={events}
            isEmpty={({ events: { now } }) => now === 0}
            empty={{ text: 'No events in this time.', action: <Earlier /> }}
          >
            {({ bars }) => (
              <Bars
                label="Events"
                series={[{ label: 'events', colour: '--accent', bars }]}
                {...{ barSeconds, since, until }}
                height={160}
                onRange={explore}
              />
            )}
          </Region>
        </Panel>
        <Panel title="Findings over time" className="half chart">
          <Region
            of={findings}
            isEmpty={({ findings: { now } }) => now === 0}
            empty={{ text: 'No findings in this time.', action: <FindingsLink text="Look at all findings" /> }}
          >
            {(answer) => <FindingBars {...{ answer, barSeconds, since, until }} />}
          </Region>
        </Panel>
        <Panel title="Rules" className="half">
          <Region of={findings} isEmpty={({ rules }) => rules.length === 0} empty={{ text: 'No rule found anything.' }}>
            {({ rules, isAtLeast }) => (
              <>
                <ul class="counted">
                  {rules.map(({ ruleId, title, level, count }) => (
                    <li key={ruleId}>
                      <a
                        href={findingsOf({ rule: ruleId })}
                        onClick={follow(findingsOf({ rule: ruleId }))}
                        title={title}
                      >
                        {title}
                      </a>
                      <Level level={level} />
                      <span class="number">{numberText(count)}</span>
                    </li>
                  ))}
                </ul>
                {isAtLeast && <Partial text="Only the newest 5,000 findings were counted: take less time." />}
              </>
            )}
          </Region>
        </Panel>
        <Panel title="New alerts" className="half">
          <Region
            of={findings}
            isEmpty={({ alerts }) => alerts.length === 0}
            empty={{ text: 'No alerts in this time.' }}
          >
            {({ alerts }) => (
              <ul class="counted alerts">
                {alerts.map(({ alertId, title, level, time, findings: count }) => (
                  <li key={alertId}>
                    <a
                      href={findingsOf({ alert: alertId })}
                      onClick={follow(findingsOf({ alert: alertId }))}
                      title={title}
                    >
                      {title}
                    </a>
                    <Level level={level} />
                    <Time at={time} />
                    <span class="number" title={counted(count, 'finding')}>
                      {numberText(count)}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Region>
        </Panel>
        <Panel title="Actors" className="third">
          <Region of={events} isEmpty={({ actors }) => actors.length === 0} empty={{ text: 'Nobody did anything.' }}>
            {({ actors }) => <CountedValues filter="actor" values={actors} />}
          </Region>
        </Panel>
        <Panel title="Addresses" className="third">
          <Region of={events} isEmpty={({ addresses }) => addresses.length === 0} empty={{ text: 'No addresses.' }}>
            {({ addresses }) => <CountedValues filter="address" values={addresses} />}
          </Region>
        </Panel>
        <Panel title="Denied actions" className="third">
          <Region
            of={events}
            isEmpty={({ deniedActions }) => deniedActions?.length === 0}
            empty={{ text: 'Nothing was denied.' }}
          >
            {({ deniedActions }) =>
              deniedActions === undefined ? (
                <Partial text="Too many events to tell their actions apart: take less time." action={<DeniedLink />} />
              ) : (
                <CountedValues filter="action" values={deniedActions} />
              )
            }
          </Region>
        </Panel>
        <Panel title="Completeness by hour of delivery" className="whole">
          <CompletenessMap of={completeness} />
        </Panel>
      </main>
      <Footer command={events.answer?.command} />
    </>
  );
}

function Panel({
  title,
  className,
  children,
}: {
  readonly title: string;
  readonly className: string;
  readonly children: ComponentChildren;
}) {
  return (
    <section class={`panel ${className}`} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Tile({
  title,
  of,
  change,
  isAtLeast,
}: {
  readonly title: string;
  readonly of: Pick<Answered<unknown>, 'error'>;
  readonly change: Change | undefined;
  readonly isAtLeast?: boolean | undefined;
}) {
  return (
    <div class="tile">
      <h2>{title}</h2>
      <p class="figure">{change === undefined ? '–' : `${isAtLeast ? '≥ ' : ''}${numberText(change.now)}`}</p>
      <p class="hint">
        {change !== undefined ? changeText(change) : of.error === undefined ? 'Reading…' : 'Not known'}
      </p>
    </div>
  );
}

function FindingBars({
  answer,
  ...times
}: {
  readonly answer: FindingsOverview;
  readonly barSeconds: number;
  readonly since: string;
  readonly until: string;
}) {
  const shown = answer.levels.filter(({ now, before }) => now + before > 0);
  return (
    <>
      <Bars
        label="Findings"
        series={shown.toReversed().map(({ level, bars }) => ({ label: level, colour: `--${level}`, bars }))}
        {...times}
        height={128}
        onRange={(since, until) => goTo(addressOf('findings', { since, until }))}
      />
      <ul class="legend">
        {shown.map(({ level, now, before }) => (
          <li key={level} title={changeText({ now, before })}>
            <Level level={level} /> <span class="number">{numberText(now)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function CountedValues({ filter, values }: { readonly filter: FilterName; readonly values: readonly CountedValue[] }) {
  return (
    <ul class="counted">
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
            {name ?? value}
          </button>
          <MenuButton value={value} filter={filter} />
          <span class="number">{numberText(count)}</span>
        </li>
      ))}
    </ul>
  );
}

function findingsOf(filter: Readonly<Record<string, string>>): string {
  const { since, until } = range.value;
  return addressOf('findings', { since, until, ...filter });
}

function DeniedLink() {
  const { since, until } = range.value;
  const address = addressOf('explore', { since, until, outcome: 'denied' });
  return (
    <a href={address} onClick={follow(address)}>
      Look at them
    </a>
  );
}

function FindingsLink({ text }: { readonly text: string }) {
  const path = addressOf('findings', { last: '30d' });
  return (
    <a href={path} onClick={follow(path)}>
      {text}
    </a>
  );
}

function Earlier() {
  const path = addressOf('overview', { last: '30d' });
  return (
    <a href={path} onClick={follow(path)}>
      Look at a month
    </a>
  );
}
