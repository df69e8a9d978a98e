import type { FindingDetail } from '../../protocol/answers.ts';
import { addressOf, follow } from '../state/address.ts';
import { range } from '../state/range.ts';
import { Level } from './level.tsx';
import { shown } from './text.tsx';

/** Why a rule matched, and what its author says of it. */
export function FindingFacts({ finding }: { readonly finding: FindingDetail }) {
  const { title, level, matched, description, falsepositives, tags, references, alertId, suppressedBy } = finding;
  const { joinedTo, steps } = finding;
  const { since, until } = range.value;
  const alert = alertId === undefined ? undefined : addressOf('findings', { since, until, alert: alertId });
  return (
    <section class="finding" aria-label={`Finding: ${title}`}>
      <h3>
        <Level level={level} /> {title}
      </h3>
      {paragraphsOf(description).map((text) => (
        <p key={text}>{text}</p>
      ))}
      {steps.length > 0 && (
        <>
          <h4>The chain, in order</h4>
          <ul class="plain">
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </>
      )}
      {matched.length > 0 && (
        <>
          <h4>Why it matched</h4>
          <dl class="matched-fields">
            {matched.map(({ field, value }, place) => (
              <div key={place}>
                <dt class="id">{field}</dt>
                <dd>
                  <mark>{shown(value)}</mark>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {falsepositives.length > 0 && (
        <>
          <h4>May be harmless when</h4>
          <ul class="plain">
            {falsepositives.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {tags.length + references.length > 0 && <p class="hint">{[...tags, ...references].join(' · ')}</p>}
      {suppressedBy !== undefined && <p class="partial">Kept quiet by the suppression {suppressedBy}.</p>}
      {joinedTo !== undefined && <p class="hint">Told with the alert of rule {joinedTo} about the same event.</p>}
      {alert !== undefined && (
        <p>
          <a href={alert} onClick={follow(alert)}>
            The alert as it was sent
          </a>
        </p>
      )}
    </section>
  );
}

/** Rules wrap their text: only an empty line is a new paragraph. */
function paragraphsOf(text = ''): readonly string[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, ' '))
    .filter((paragraph) => paragraph !== '');
}
