import { kept } from '../state/start.ts';
import { timeText } from '../text/time-text.ts';

export function Time({ at }: { readonly at: string }) {
  return (
    <time class="time" dateTime={at}>
      {timeText(at, kept.value.zone)}
    </time>
  );
}
