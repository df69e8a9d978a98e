import { FILTER_NAMES } from '../../protocol/bounds.ts';
import { openMenu } from '../parts/value.tsx';
import { filterBy } from '../state/filters.ts';
import { moveRange } from '../state/range.ts';
import { isHelpOpen, viewKeys } from '../state/view-keys.ts';

/** The keys that the page knows, for its help. */
export const KEYS = [
  ['/', 'Search: a key, ARN, address, session, name, or the id of an event, finding or alert'],
  ['j  k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['Esc', 'Close what is open'],
  ['f', 'Only this: the value that has the focus, or else the action of the row'],
  ['x', 'Not this'],
  ['[  ]', 'Earlier and later, by the length of the range'],
  ['p', 'Pin the row for the report, or take it off'],
  ['?', 'This help'],
] as const;

/** Listens to the keys of the page; where somebody types, they are letters. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (event.key === 'Escape') {
      closeSomething(target);
      return;
    }
    if (target.closest('input, textarea, select') !== null) return;
    if (openMenu.value !== undefined && moveInMenu(event)) return;
    const action = ACTIONS[event.key];
    if (action === undefined || (event.key === 'Enter' && target.closest('button, a, summary') !== null)) return;
    event.preventDefault();
    action(target);
  });
}

const ACTIONS: Readonly<Record<string, (target: HTMLElement) => void>> = {
  '/': () => document.querySelector<HTMLInputElement>('#search')?.focus(),
  j: () => viewKeys.value.move?.(1),
  k: () => viewKeys.value.move?.(-1),
  ArrowDown: () => viewKeys.value.move?.(1),
  ArrowUp: () => viewKeys.value.move?.(-1),
  Enter: () => viewKeys.value.open?.(),
  f: (target) => filterFocused(target, false),
  x: (target) => filterFocused(target, true),
  '[': () => moveRange(-1),
  ']': () => moveRange(1),
  p: () => viewKeys.value.pin?.(),
  '?': () => {
    isHelpOpen.value = !isHelpOpen.value;
  },
};

function closeSomething(target: HTMLElement): void {
  if (openMenu.value !== undefined) openMenu.value = undefined;
  else if (isHelpOpen.value) isHelpOpen.value = false;
  else if (target.closest('input, textarea') !== null) target.blur();
  else viewKeys.value.close?.();
}

function filterFocused(target: HTMLElement, isExcluded: boolean): void {
  const menu = openMenu.value;
  openMenu.value = undefined;
  const { filter, value } = menu ?? target.closest<HTMLElement>('[data-filter]')?.dataset ?? {};
  const name = FILTER_NAMES.find((known) => known === filter);
  const meant = name !== undefined && value !== undefined ? { filter: name, value } : viewKeys.value.value?.();
  if (meant !== undefined) filterBy(meant.filter, meant.value, isExcluded);
}

/** @returns whether the key was one of the menu's. */
function moveInMenu(event: KeyboardEvent): boolean {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return false;
  event.preventDefault();
  const items = [...document.querySelectorAll<HTMLButtonElement>('.menu button')];
  const at = items.findIndex((item) => item.matches(':focus'));
  items[(at + step + items.length) % items.length]?.focus();
  return true;
}
