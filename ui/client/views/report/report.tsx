import { useState } from 'preact/hooks';
import type { Pin } from '../../../protocol/asked.ts';
import { say } from '../../parts/copy.tsx';
import { Footer } from '../../parts/footer.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Empty, Partial } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { addressOf, follow } from '../../state/address.ts';
import { ask } from '../../state/ask.ts';
import { lastStory } from '../../state/last-story.ts';
import { keep, kept } from '../../state/start.ts';

/** What goes into the file: a story, and what was pinned with its notes. */
export function Report() {
  const { pins } = kept.value;
  const story = lastStory.value;
  const [subject, setSubject] = useState(story?.subject ?? '');
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [problem, setProblem] = useState('');
  const [leftOut, setLeftOut] = useState<readonly string[]>([]);
  const isEmpty = pins.length === 0 && subject.trim() === '';
  const make = async (): Promise<void> => {
    setBusy(true);
    setAsked(true);
    setProblem('');
    setLeftOut([]);
    try {
      const own = subject.trim();
      const asked = own === '' ? undefined : own === story?.subject ? story : { subject: own };
      const made = await ask('report', { ...(asked !== undefined && { story: asked }), pins: [...pins] });
      const { fileName, html } = made;
      download(fileName, html);
      setLeftOut(made.leftOut);
      say(`${fileName} was made: it opens without this page.`);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <main class="report" aria-label="Report">
        <header class="report-head">
          <h1>Report</h1>
          <p>One file that opens without this page, prints, and can be attached to a ticket. It holds no script.</p>
          <label class="field">
            The story of
            <input
              type="text"
              spellcheck={false}
              placeholder="AKIA…, role/Deploy, an event, finding or alert; or nothing"
              value={subject}
              onInput={({ currentTarget }) => setSubject(currentTarget.value)}
            />
          </label>
          <div class="buttons">
            <button type="button" class="primary" disabled={isEmpty || isBusy} onClick={make}>
              {isBusy ? 'Making the file…' : 'Make the file'}
            </button>
          </div>
          {isAsked && (
            <div class="report-outcome">
              {leftOut.map((reason) => (
                <Partial key={reason} text={`The file doesn’t hold all of the story, and says so: ${reason}`} />
              ))}
              {problem !== '' && (
                <p class="partial" role="alert">
                  {problem}
                </p>
              )}
            </div>
          )}
        </header>
        <section aria-label="Pins">
          <h2>Pinned</h2>
          {pins.length === 0 ? (
            <Empty
              text="Nothing is pinned. Press p on an event or finding, or the pin beside it."
              action={<ExploreLink />}
            />
          ) : (
            <ol class="pins">
              {pins.map((pin) => (
                <PinLine key={pin.id} pin={pin} />
              ))}
            </ol>
          )}
        </section>
      </main>
      <Footer command={undefined} />
    </>
  );
}

function ExploreLink() {
  const path = addressOf('explore', {});
  return (
    <a href={path} onClick={follow(path)}>
      Look at events
    </a>
  );
}

function PinLine({ pin }: { readonly pin: Pin }) {
  const { pins } = kept.value;
  const replace = (note: string): void =>
    keep({ pins: pins.map((one) => (one.id === pin.id ? { ...one, note } : one)) });
  return (
    <li>
      <div class="pin-head">
        <b>{pin.title}</b>
        <span class="hint">
          {pin.kind}, <Time at={pin.time} />
        </span>
        <button
          type="button"
          class="quiet"
          aria-label={`Take off ${pin.title}`}
          onClick={() => keep({ pins: pins.filter(({ id }) => id !== pin.id) })}
        >
          <Icon name="close" />
        </button>
      </div>
      <label>
        <span class="hidden">Note on {pin.title}</span>
        <textarea
          rows={2}
          maxLength={5000}
          placeholder="Why it matters"
          value={pin.note}
          onInput={({ currentTarget }) => replace(currentTarget.value)}
        />
      </label>
    </li>
  );
}

function download(name: string, html: string): void {
  const address = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
