import { signal } from '@preact/signals';

/** The story that was looked at last: the report is offered of it. */
export const lastStory = signal<
  | {
      readonly subject: string;
      readonly kind?: string | undefined;
      readonly since?: string | undefined;
      readonly until?: string | undefined;
    }
  | undefined
>(undefined);
