import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Incident } from '../../../../lambda/store/questions/incident/incident.ts';
import type { StoryAnswer } from '../../../protocol/answers.ts';
import { Bars } from '../../parts/bars.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { Footer } from '../../parts/footer.tsx';
import { Partial, Region } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { goTo, parameters } from '../../state/address.ts';
import { goToStory } from '../../state/filters.ts';
import { lastStory } from '../../state/last-story.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { viewKeys } from '../../state/view-keys.ts';
import { numberText } from '../../text/number-text.ts';
import { LaneChart } from './lane-chart.tsx';
import { pathOfCommand } from './next-questions.ts';
import { STORY_PARTS } from './story-parts.tsx';

/** Who became whom, and what each did: the incident of whatever it is asked for. */
export function Story() {
  const asked = parameters.value;
  const subject = asked.get('of') ?? undefined;
  const [kind, since, until] = ['as', 'since', 'until'].map((name) => asked.get(name) ?? undefined);
  const question = subject === undefined ? undefined : { subject, kind, since, until };
  const of = useAnswer('story', question);

  useEffect(() => {
    if (question !== undefined) lastStory.value = question;
    viewKeys.value = {};
  });

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keyboard */}
      <main class="story" aria-label="Story" tabIndex={0}>
        {subject === undefined ? (
          <Ask />
        ) : (
          <>
            {of.answer === undefined && <h1 class="hidden">Story of {subject}</h1>}
            <Region of={of} lines={20}>
              {(answer) => <Told answer={answer} />}
            </Region>
          </>
        )}
      </main>
      <Footer command={of.answer?.command} />
    </>
  );
}

const typed = signal('');

function Ask() {
  const ask = (event: Event): void => {
    event.preventDefault();
    if (typed.value.trim() !== '') goToStory(typed.value.trim());
  };
  return (
    <div class="state">
      <h1>Whose story?</h1>
      <p>An access key, actor, session, address, resource, or the id of an event, finding or alert.</p>
      <form class="ask" onSubmit={ask}>
        <label>
          <span class="hidden">Whose story</span>
          <input
            type="text"
            spellcheck={false}
            placeholder="AKIA…, role/Deploy, 203.0.113.10"
            value={typed.value}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="primary">
          Tell it
        </button>
      </form>
    </div>
  );
}

function Told({ answer }: { readonly answer: StoryAnswer }) {
  const { incident, names, next } = answer;
  const nameOf = (actor: string): string => names[actor] ?? actor;
  const { subject, began, ended, events, changes, failures, findings, leftOut } = incident;
  const parts = STORY_PARTS.filter(({ isThere }) => isThere(incident));
  if (events === 0) return <p class="state">Nothing happened in this time: look at another.</p>;
  return (
    <>
      <header class="story-head">
        <h1 title={subject.text}>{subject.text}</h1>
        <p class="hint">
          {subject.kind}
          {began !== undefined && (
            <>
              , began <Time at={began.eventTime} /> with {began.action}
            </>
          )}
          {ended !== undefined && (
            <>
              , last <Time at={ended.eventTime} />
            </>
          )}
        </p>
        <dl class="figures">
          {(
            [
              ['Events', events],
              ['Changes', changes],
              ['Failed', failures],
              ['Findings', findings.total],
            ] as const
          ).map(([name, count]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="figure">{numberText(count)}</dd>
            </div>
          ))}
        </dl>
        <nav class="questions" aria-label="Questions">
          {[{ id: 'became', question: 'Who became whom?' }, ...parts].map(({ id, question }) => (
            <button
              key={id}
              type="button"
              onClick={() => document.getElementById(id)?.scrollIntoView({ block: 'start' })}
            >
              {question}
            </button>
          ))}
        </nav>
      </header>
      {leftOut.map(({ part, reason }) => (
        <Partial key={part} text={reason} />
      ))}
      <Activity incident={incident} />
      <section class="panel" id="became" aria-label="Who became whom?">
        <h2>Who became whom?</h2>
        <LaneChart incident={incident} nameOf={nameOf} />
      </section>
      {parts.map(({ id, question, Part, isFolded }) =>
        isFolded === true ? (
          <FoldedPart key={id} id={id} question={question}>
            <Part incident={incident} nameOf={nameOf} />
          </FoldedPart>
        ) : (
          <section key={id} class="panel" id={id} aria-label={question}>
            <h2>{question}</h2>
            <Part incident={incident} nameOf={nameOf} />
          </section>
        ),
      )}
      <section class="panel" aria-label="What to ask next">
        <h2>What to ask next</h2>
        <ul class="plain next">
          {next.map(({ question, args, command }) => {
            const path = pathOfCommand(args);
            return (
              <li key={command}>
                {path === undefined ? (
                  question
                ) : (
                  <button type="button" class="link" onClick={() => goTo(path)}>
                    {question}
                  </button>
                )}
                <code title={command}>{command}</code>
                <CopyButton text={command} what="the command" />
              </li>
            );
          })}
        </ul>
      </section>
    </>
  );
}

/** Reads are many, and say little by themselves. */
function FoldedPart({
  id,
  question,
  children,
}: {
  readonly id: string;
  readonly question: string;
  readonly children: preact.ComponentChildren;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section class="panel" id={id} aria-label={question}>
      <h2>
        <button type="button" class="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {question}
        </button>
      </h2>
      {isOpen && children}
    </section>
  );
}

const HOUR = 3600;

function Activity({ incident: { activity } }: { readonly incident: Incident }) {
  const at = (hour: string): number => Date.parse(`${hour}:00:00Z`) / 1000;
  const [first, last] = [activity[0], activity.at(-1)];
  if (first === undefined || last === undefined) return null;
  // Hundreds of days have bars of a day.
  const span = at(last.hour) - at(first.hour) + HOUR;
  const step = span > 10 * 24 * HOUR ? 24 * HOUR : HOUR;
  const bars = (count: (hour: Incident['activity'][number]) => number) => {
    const counts = new Map<number, number>();
    for (const hour of activity) {
      const start = Math.floor(at(hour.hour) / step) * step;
      counts.set(start, (counts.get(start) ?? 0) + count(hour));
    }
    return [...counts].map(([start, sum]) => ({ at: start, count: sum }));
  };
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');
  const begin = Math.floor(at(first.hour) / step) * step;
  const end = at(last.hour) + HOUR;
  // A bar alone would be as wide as the page: what came before and after it was quiet.
  const margin = end - begin < 3 * step ? step : 0;
  return (
    <section class="panel chart" id="activity" aria-label="When?">
      <h2>When?</h2>
      <Bars
        label="Events"
        series={[
          { label: 'changes', colour: '--accent', bars: bars(({ changes }) => changes) },
          { label: 'others', colour: '--faint', bars: bars(({ events, changes }) => events - changes) },
        ]}
        barSeconds={step}
        since={time(begin - margin)}
        until={time(end + margin)}
        height={112}
        onRange={(since, until) => {
          const next = new URLSearchParams(parameters.value);
          next.set('since', since);
          next.set('until', until);
          goTo(`/story?${next}`);
        }}
      />
      <ul class="legend">
        <li>
          <span class="cell verified" /> changes
        </li>
        <li>
          <span class="cell faint" /> reads and failures
        </li>
      </ul>
    </section>
  );
}
