import { signal } from '@preact/signals';
import type { FilterName } from '../../protocol/bounds.ts';
import { filterBy, goToStory, SUBJECT_OF_FILTER } from '../state/filters.ts';
import { cutMiddle } from '../text/id-text.ts';
import { copy } from './copy.tsx';
import { Cut } from './cut.tsx';
import { Icon } from './icons.tsx';

/** A value of an event that something can be done with. */
export interface ValueOf {
  readonly value: string;
  readonly filter?: FilterName;
  /** What its incident is asked for as, where no filter says it. */
  readonly subject?: string;
}

/** The menu that is open, and where. */
export const openMenu = signal<(ValueOf & { readonly left: number; readonly top: number }) | undefined>(undefined);

/** Opens what can be done with a value. */
export function MenuButton(it: ValueOf) {
  const open = (event: MouseEvent): void => {
    event.stopPropagation();
    // The handler is a button's.
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    openMenu.value = {
      ...it,
      left: Math.max(8, Math.min(box.left, window.innerWidth - MENU_WIDTH - 8)),
      top: Math.min(box.bottom, window.innerHeight - MENU_HEIGHT),
    };
  };
  return (
    <button
      type="button"
      class="quiet menu-button"
      aria-haspopup="menu"
      aria-label={`What can be done with ${cutMiddle(it.value, 60)}`}
      data-filter={it.filter}
      data-value={it.value}
      tabIndex={-1}
      onClick={open}
    >
      <Icon name="more" />
    </button>
  );
}

const MENU_WIDTH = 224;
const MENU_HEIGHT = 184;

/** The one menu of the page. */
export function ValueMenu() {
  const open = openMenu.value;
  if (open === undefined) return null;
  const { value, filter, left, top } = open;
  const subject = open.subject ?? (filter === undefined ? undefined : SUBJECT_OF_FILTER[filter]);
  const act = (action: () => void) => () => {
    openMenu.value = undefined;
    action();
  };
  return (
    <>
      {/* A click anywhere else closes it. */}
      <div class="behind-menu" onClick={act(() => undefined)} aria-hidden="true" />
      <div
        class="menu"
        role="menu"
        aria-label="What can be done with the value"
        style={{ left: `${left}px`, top: `${top}px` }}
        ref={(menu) => menu?.querySelector('button')?.focus()}
      >
        {filter !== undefined && (
          <>
            <button type="button" role="menuitem" onClick={act(() => filterBy(filter, value, false))}>
              Only this <kbd>f</kbd>
            </button>
            <button type="button" role="menuitem" onClick={act(() => filterBy(filter, value, true))}>
              Not this <kbd>x</kbd>
            </button>
          </>
        )}
        <button type="button" role="menuitem" onClick={act(() => copy(value))}>
          Copy
        </button>
        {subject !== undefined && (
          <button type="button" role="menuitem" onClick={act(() => goToStory(value, subject))}>
            Its incident
          </button>
        )}
      </div>
    </>
  );
}

/** An id: monospace, its middle cut out, copied whole. */
export function Id(it: ValueOf) {
  return (
    <span class="value">
      <Cut text={it.value} />
      <MenuButton {...it} />
    </span>
  );
}
