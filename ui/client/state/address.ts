import { computed, signal } from '@preact/signals';
import { type View, viewOf } from '../../protocol/view-paths.ts';
import { viewReads } from './ask.ts';

/** The address of the page: every state is in it, so that it can be kept, sent back and shared between windows. */
const current = signal(location.pathname + location.search);

export const view = computed<View>(() => viewOf(current.value.split('?')[0] ?? '/') ?? 'overview');
export const parameters = computed(() => new URLSearchParams(current.value.split('?')[1] ?? ''));

window.addEventListener('popstate', () => {
  current.value = location.pathname + location.search;
});

/** Goes to an address of the page. @param path with its parameters. */
export function goTo(path: string, { replace = false } = {}): void {
  if (path === current.value) return;
  const isOtherView = viewOf(path.split('?')[0] ?? '/') !== view.value;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  if (isOtherView) viewReads.value = 0;
  current.value = path;
}

/** Changes some of the parameters and keeps the others; undefined takes one away. */
export function change(changes: Readonly<Record<string, string | readonly string[] | undefined>>, options = {}): void {
  const next = new URLSearchParams(parameters.value);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    for (const one of typeof value === 'string' ? [value] : (value ?? [])) next.append(name, one);
  }
  goTo(addressOf(view.value, next), options);
}

/** The address of a view, with the range that is shown. */
export function addressOf(name: View, asked: URLSearchParams | Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(asked).toString();
  return `${name === 'overview' ? '/' : `/${name}`}${text === '' ? '' : `?${text}`}`;
}

/** Follows a link within the page; other windows and tabs open as the browser does it. */
export function follow(path: string) {
  return (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(path);
  };
}
