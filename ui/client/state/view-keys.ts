import { signal } from '@preact/signals';
import type { FilterName } from '../../protocol/bounds.ts';

/** What the keys do in the view that is shown. */
export interface ViewKeys {
  /** Moves the selection by so many rows. */
  readonly move?: (rows: number) => void;
  readonly open?: () => void;
  /** @returns whether there was something to close. */
  readonly close?: () => boolean;
  /** The value that f and x mean where no value has the focus. */
  readonly value?: () => { readonly filter: FilterName; readonly value: string } | undefined;
  readonly pin?: () => void;
}

export const viewKeys = signal<ViewKeys>({});
export const isHelpOpen = signal(false);
