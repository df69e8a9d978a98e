import { render } from 'preact';
import { Gone } from './app/gone.tsx';
import { listenToKeys } from './app/keys.ts';
import { Shell } from './app/shell.tsx';
import { view } from './state/address.ts';
import { openSession } from './state/ask.ts';
import { readStart } from './state/start.ts';
import './style/all.css';
import { Explore } from './views/explore/explore.tsx';
import { Findings } from './views/findings/findings.tsx';
import { Overview } from './views/overview/overview.tsx';
import { Report } from './views/report/report.tsx';
import { Story } from './views/story/story.tsx';

const VIEW = { overview: Overview, explore: Explore, story: Story, findings: Findings, report: Report } as const;

function Page({ problem }: { readonly problem?: string | undefined }) {
  const Shown = VIEW[view.value];
  return (
    <>
      <Shell>
        {problem === undefined ? (
          <Shown />
        ) : (
          <main class="state">
            <p role="alert">{problem}</p>
            <button type="button" onClick={() => location.reload()}>
              Try again
            </button>
          </main>
        )}
      </Shell>
      <Gone />
    </>
  );
}

/** Letters that change their size once their font has come would move everything. */
const FONTS = Promise.race([
  Promise.all([document.fonts.load('400 14px Inter'), document.fonts.load('600 14px Inter')]),
  new Promise((resolve) => setTimeout(resolve, 300)),
]);

await openSession();
let problem: string | undefined;
try {
  await Promise.all([readStart(), FONTS]);
} catch (error) {
  problem = error instanceof Error ? error.message : String(error);
}
listenToKeys();
render(<Page problem={problem} />, document.body);
