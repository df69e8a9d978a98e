import { copy } from '../parts/copy.tsx';
import { gone } from '../state/ask.ts';

const WORDS = {
  expired: {
    title: 'This session is over',
    text: 'Its token is good once and for a minute, and it ends with the command that opened it. Press Enter in its terminal for a new window, or run this:',
  },
  closed: {
    title: 'The page’s server has ended',
    text: 'It ends with its terminal. Nothing of what you see is lost from the index. Run this to go on:',
  },
} as const;

const COMMAND = 'trailwarden ui';

/** Stands over whatever is shown once nothing can be asked any more. */
export function Gone() {
  const why = gone.value;
  if (why === undefined) return null;
  const { title, text } = WORDS[why];
  return (
    <div class="veil">
      <div
        class="dialog"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="gone-title"
        aria-describedby="gone-text"
      >
        <h2 id="gone-title">{title}</h2>
        <p id="gone-text">{text}</p>
        <p>
          <code>{COMMAND}</code>
        </p>
        <div class="buttons">
          <button type="button" class="primary" onClick={() => copy(COMMAND)} ref={(button) => button?.focus()}>
            Copy the command
          </button>
          <button type="button" onClick={() => location.reload()}>
            Try again
          </button>
        </div>
      </div>
    </div>
  );
}
