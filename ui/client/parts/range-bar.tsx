import type { ComponentChildren } from 'preact';
import { change } from '../state/address.ts';
import { moveRange, range, setRange } from '../state/range.ts';
import { kept } from '../state/start.ts';
import { LAST, type LastName } from '../text/time-range.ts';
import { timeText } from '../text/time-text.ts';
import { say } from './copy.tsx';

const LAST_NAMES: Readonly<Record<LastName, string>> = { '1h': 'Hour', '1d': 'Day', '7d': 'Week', '30d': 'Month' };

/** Chooses the range of views over time. @param names which lengths are offered. */
export function RangeBar({
  names,
  children,
}: {
  readonly names: readonly LastName[];
  readonly children?: ComponentChildren;
}) {
  const { since, until, isOld } = range.value;
  const length = Date.parse(until) - Date.parse(since);
  const { zone } = kept.value;
  return (
    <section class="range" aria-label="Range">
      <fieldset class="segments" aria-label="Length of the range">
        {names.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={length === LAST[name]}
            onClick={() => change({ last: name, since: undefined, until: undefined })}
          >
            {LAST_NAMES[name]}
          </button>
        ))}
      </fieldset>
      <div class="steps">
        <button type="button" aria-label="Earlier" title="Earlier: [" onClick={() => moveRange(-1)}>
          ‹
        </button>
        <TimeField label="From" value={since} onTime={(time) => setRange({ since: time, until })} />
        <span aria-hidden="true">–</span>
        <TimeField label="Until" value={until} onTime={(time) => setRange({ since, until: time })} />
        <button type="button" aria-label="Later" title="Later: ]" onClick={() => moveRange(1)}>
          ›
        </button>
      </div>
      {isOld && (
        <p class="hint" title={timeText(until, zone)}>
          Nothing newer: this ends with the newest event.
        </p>
      )}
      {children}
    </section>
  );
}

/** A moment that can be typed: in the zone that is shown, or with an offset. */
function TimeField({
  label,
  value,
  onTime,
}: {
  readonly label: string;
  readonly value: string;
  readonly onTime: (time: string) => void;
}) {
  const shown = timeText(value, kept.value.zone);
  const read = (text: string): void => {
    const time = Date.parse(text.trim().replace(' ', 'T'));
    if (Number.isNaN(time)) say(`${text} is not a time: write 2026-11-20 14:03:07Z.`);
    else if (text !== shown) onTime(new Date(time).toISOString().replace(/\.\d+Z$/, 'Z'));
  };
  return (
    <label class="moment">
      <span class="hidden">{label}</span>
      <input
        key={shown}
        type="text"
        spellcheck={false}
        defaultValue={shown}
        onChange={({ currentTarget }) => read(currentTarget.value)}
      />
    </label>
  );
}
