import { signal } from '@preact/signals';
import type { StartAnswer } from '../../protocol/answers.ts';
import type { Kept, Pin } from '../../protocol/asked.ts';
import { ask } from './ask.ts';

/** What the server said first. */
export const start = signal<StartAnswer | undefined>(undefined);

/** What is kept on this machine: how the page is shown, and what is pinned. */
export const kept = signal<Kept>({ version: 1, rowHeight: 36, zone: 'utc', pins: [] });

export async function readStart(): Promise<void> {
  const answer = await ask('start', {});
  kept.value = answer.kept;
  start.value = answer;
}

let saving: ReturnType<typeof setTimeout> | undefined;

/** Changes what is kept, at once here and in a moment on the machine. */
export function keep(changes: Partial<Kept>): void {
  kept.value = { ...kept.value, ...changes };
  clearTimeout(saving);
  saving = setTimeout(() => {
    // What can't be kept is there until the window closes: the header says when the server is gone.
    ask('keep', kept.value).catch(() => undefined);
  }, SAVE_MILLISECONDS);
}

const SAVE_MILLISECONDS = 300;

export function isPinned(id: string): boolean {
  return kept.value.pins.some((pin) => pin.id === id);
}

/** Puts something aside for the report, or takes it away again. */
export function togglePin(pin: Omit<Pin, 'note'>): void {
  const { pins } = kept.value;
  keep({ pins: isPinned(pin.id) ? pins.filter(({ id }) => id !== pin.id) : [...pins, { ...pin, note: '' }] });
}
