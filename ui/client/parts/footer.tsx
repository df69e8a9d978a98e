import { sessionReads, viewReads } from '../state/ask.ts';
import { numberText } from '../text/number-text.ts';
import { CommandLine } from './copy.tsx';

/** What a view asked, as a command, and what it read. */
export function Footer({ command }: { readonly command: string | undefined }) {
  const { session, limit } = sessionReads.value;
  return (
    <footer>
      <CommandLine command={command} />
      {/* One text, that begins where it began: nothing moves when it changes. */}
      <p class="reads">{readsText(viewReads.value, session, limit)}</p>
    </footer>
  );
}

function readsText(view: number, session: number, limit: number): string {
  return `This view read ${numberText(Math.ceil(view))} units, the session ${numberText(Math.ceil(session))} of ${numberText(limit)}`;
}
