import type { FindingDetail } from '../../protocol/answers.ts';
import { addressOf, follow } from '../state/address.ts';
import { Level } from './level.tsx';

/** Why a rule matched, and what its author says of it. */
export function FindingFacts({ finding }: { readonly finding: FindingDetail }) {
  const { title, level, matched, description, falsepositives, tags, references, alertId, suppressedBy } = finding;
  const alert = alertId === undefined ? undefined : addressOf('findings', { alert: alertId });
  return (
    <section class="finding" aria-label={`Finding: ${title}`}>
      <h3>
        <Level level={level} /> {title}
      </h3>
      {description !== undefined && <p class="why">{description.trim()}</p>}
      {matched.length > 0 && (
        <>
          <h4>Why it matched</h4>
          <dl class="facts">
            {matched.map(({ field, value }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a finding never change their places
              <div key={place}>
                <dt class="id">{field}</dt>
                <dd>
                  <mark>{value}</mark>
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
