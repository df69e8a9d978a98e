import type { Incident } from '../../../../lambda/store/questions/incident/incident.ts';
import { Time } from '../../parts/time.tsx';
import { Id } from '../../parts/value.tsx';
import { addressOf, follow } from '../../state/address.ts';
import { counted, numberText } from '../../text/number-text.ts';
import { type Lane, lanesOf } from './lanes.ts';

interface LaneChartProps {
  readonly incident: Incident;
  readonly nameOf: (actor: string) => string;
}

/** Who became whom over time: a lane a credential, and within it what was done, changes first. */
export function LaneChart({ incident, nameOf }: LaneChartProps) {
  const lanes = lanesOf(incident, nameOf);
  const times = lanes.flatMap(({ first, last, issuedAt = first }) => [
    Date.parse(first),
    Date.parse(last),
    Date.parse(issuedAt),
  ]);
  const [start, end] = [Math.min(...times), Math.max(...times)];
  const place = (time: string): number => (end === start ? 0 : ((Date.parse(time) - start) / (end - start)) * 100);
  return (
    <ol class="lanes">
      {lanes.map((lane) => (
        <li key={lane.id} class={`depth-${Math.min(lane.depth, 4)}`}>
          <details>
            <summary>
              <span class="lane-who">
                <strong title={lane.actor}>
                  {nameOf(lane.actor)}
                  {lane.session !== undefined && <span class="session"> as {lane.session}</span>}
                </strong>
                <span class="hint">{lane.cameBy}</span>
              </span>
              <span class="lane-counts">
                {lane.changes !== undefined && lane.changes > 0 && <b>{counted(lane.changes, 'change')}</b>}
                <span>{counted(lane.events, 'event')}</span>
                {lane.failures > 0 && <span>{numberText(lane.failures)} failed</span>}
              </span>
              <span class="lane-track" aria-hidden="true">
                <span
                  class="lane-bar"
                  style={{
                    left: `${place(lane.first)}%`,
                    width: `${Math.max(0.5, place(lane.last) - place(lane.first))}%`,
                  }}
                />
                {lane.issuedAt !== undefined && (
                  <span class="lane-issued" style={{ left: `${place(lane.issuedAt)}%` }} />
                )}
              </span>
            </summary>
            <LaneDetail lane={lane} incident={incident} />
          </details>
        </li>
      ))}
    </ol>
  );
}

function LaneDetail({ lane, incident }: { readonly lane: Lane; readonly incident: Incident }) {
  const { accessKeyId, actor, first, last, actions } = lane;
  const changes = incident.effects.flatMap(({ effect, actions: of }) =>
    of.items.filter(({ actors }) => actors.items.includes(actor)).map((action) => ({ ...action, effect })),
  );
  const until = new Date(Date.parse(last) + 1000).toISOString().replace('.000', '');
  const events = addressOf('explore', {
    since: first,
    until,
    ...(accessKeyId === undefined ? { actor } : { credential: accessKeyId }),
  });
  return (
    <div class="lane-detail">
      <p>
        <Time at={first} /> – <Time at={last} />
        {accessKeyId !== undefined && (
          <>
            {' with '}
            <Id value={accessKeyId} filter="credential" />
          </>
        )}
      </p>
      {changes.length > 0 && (
        <ul class="plain">
          {changes.map(({ effect, action, events: count, resources }) => (
            <li key={`${effect} ${action}`}>
              <b>{effect}</b> {action} × {numberText(count)}{' '}
              <span class="hint">{resources.items.slice(0, 3).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
      {actions.length > 0 && (
        <details class="folded">
          <summary>All its actions</summary>
          <ul class="plain">
            {actions.map(({ action, events: count }) => (
              <li key={action}>
                {action} × {numberText(count)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p>
        <a href={events} onClick={follow(events)}>
          Its events, reads too
        </a>
      </p>
    </div>
  );
}
