import { sessionReads, viewReads } from '../state/ask.ts';
import { numberText } from '../text/number-text.ts';
import { CommandLine } from './copy.tsx';

/** What a view asked, as a command, and what it read. */
export function Footer({ command }: { readonly command: string | undefined }) {
  const { session, limit } = sessionReads.value;
  return (
    <footer>
      <CommandLine command={command} />
      <p class="reads">
        This view read {numberText(Math.ceil(viewReads.value))} units, the session {numberText(Math.ceil(session))} of{' '}
        {numberText(limit)}
      </p>
    </footer>
  );
}
