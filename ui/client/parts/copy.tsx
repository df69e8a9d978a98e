import { signal } from '@preact/signals';
import { Icon } from './icons.tsx';

/** What happened that isn't seen otherwise: screen readers say it, and the page shows it for a moment. */
export const notice = signal('');

let clearing: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  notice.value = text;
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    notice.value = '';
  }, 4_000);
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  } catch {
    say('The browser lets nothing be copied here: select the text and copy it.');
  }
}

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <button type="button" class="quiet" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={() => copy(text)}>
      <Icon name="copy" />
    </button>
  );
}

/** A command line that asks the same, to be pasted into a terminal. */
export function CommandLine({ command }: { readonly command: string | undefined }) {
  return (
    <div class="command">
      {command !== undefined && (
        <>
          <code title={command}>{command}</code>
          <CopyButton text={command} what="the command" />
        </>
      )}
    </div>
  );
}
