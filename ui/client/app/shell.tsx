import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { VIEWS, type View } from '../../protocol/view-paths.ts';
import { notice, say } from '../parts/copy.tsx';
import { Icon } from '../parts/icons.tsx';
import { ValueMenu } from '../parts/value.tsx';
import { addressOf, follow, goTo, view } from '../state/address.ts';
import { ask, gone } from '../state/ask.ts';
import { range } from '../state/range.ts';
import { keep, kept, start } from '../state/start.ts';
import { isHelpOpen } from '../state/view-keys.ts';
import { offsetText } from '../text/time-text.ts';
import { Help } from './help.tsx';

const NAMES: Readonly<Record<View, string>> = {
  overview: 'Overview',
  explore: 'Explore',
  story: 'Story',
  findings: 'Findings',
  report: 'Report',
};

/** What stands around every view. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="shell">
      <header class="top">
        <a class="name" href="/" onClick={follow('/')}>
          Trailwarden
        </a>
        <span class="deployment">{start.value?.isLocal === true ? 'this machine' : start.value?.deployment}</span>
        <nav aria-label="Views">
          {VIEWS.map((name) => (
            <ViewLink key={name} name={name} />
          ))}
        </nav>
        <SearchBox />
        <Switches />
      </header>
      {children}
      <ValueMenu />
      <Help />
      <div class="notice" role="status">
        {gone.value === undefined && notice.value}
      </div>
    </div>
  );
}

/** Views over time share the range. */
const OVER_TIME: ReadonlySet<View> = new Set(['overview', 'explore', 'findings']);

function ViewLink({ name }: { readonly name: View }) {
  const { since, until, last, isOld } = range.value;
  const times: Readonly<Record<string, string>> = last !== undefined && !isOld ? { last } : { since, until };
  const path = addressOf(name, OVER_TIME.has(name) ? times : {});
  return (
    <a href={path} aria-current={view.value === name ? 'page' : undefined} onClick={follow(path)}>
      {NAMES[name]}
      {name === 'report' && kept.value.pins.length > 0 && <span class="count">{kept.value.pins.length}</span>}
    </a>
  );
}

/** Takes anything that can be named, and goes where it leads. */
function SearchBox() {
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const lead = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (text.trim() === '' || isBusy) return;
    setBusy(true);
    try {
      const { path, kind } = await ask('lead', { text: text.trim() });
      setText('');
      document.querySelector<HTMLInputElement>('#search')?.blur();
      say(`Found as ${kind}.`);
      goTo(path);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <search>
      <form class="search" onSubmit={lead} aria-busy={isBusy}>
        <label for="search">
          <Icon name="search" />
          <span class="hidden">A key, ARN, address, session, name or id</span>
        </label>
        <input
          id="search"
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder="Key, ARN, address, name or id"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <kbd>/</kbd>
      </form>
    </search>
  );
}

function Switches() {
  const { zone, rowHeight } = kept.value;
  return (
    <div class="switches">
      <button
        type="button"
        aria-label={`Times are shown ${zone === 'utc' ? 'in UTC: show them in local time' : 'in local time: show them in UTC'}`}
        onClick={() => keep({ zone: zone === 'utc' ? 'local' : 'utc' })}
      >
        {zone === 'utc' ? 'UTC' : offsetText(-new Date().getTimezoneOffset())}
      </button>
      <button
        type="button"
        class="wide-only"
        aria-label={`${rowHeight === 28 ? 'Dense' : 'Roomy'} rows of ${rowHeight} pixels: show them ${rowHeight === 28 ? 'taller' : 'denser'}`}
        onClick={() => keep({ rowHeight: rowHeight === 28 ? 36 : 28 })}
      >
        {rowHeight === 28 ? 'Dense' : 'Roomy'}
      </button>
      <HelpButton />
    </div>
  );
}

function HelpButton() {
  return (
    <button
      type="button"
      class="wide-only"
      aria-label="Help: keys"
      onClick={() => {
        isHelpOpen.value = true;
      }}
    >
      ?
    </button>
  );
}
