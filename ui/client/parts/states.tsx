import type { ComponentChildren } from 'preact';
import { ask } from '../state/ask.ts';
import type { Answered } from '../state/use-answer.ts';
import { numberText } from '../text/number-text.ts';

interface RegionProps<Answer> {
  readonly of: Answered<Answer>;
  /** What stands where there is nothing, and what can be done. */
  readonly empty?: { readonly text: string; readonly action?: ComponentChildren } | undefined;
  readonly isEmpty?: (answer: Answer) => boolean;
  /** Lines of the skeleton. */
  readonly lines?: number;
  readonly children: (answer: Answer) => ComponentChildren;
}

/** A part of a view in whichever state its answer is. */
export function Region<Answer>({ of, empty, isEmpty, lines = 4, children }: RegionProps<Answer>) {
  const { answer, error, isLoading, isSlow, retry } = of;
  if (error !== undefined) return <Failed error={error} retry={retry} />;
  if (answer === undefined) return isSlow ? <Skeleton lines={lines} /> : <div class="waiting" aria-busy="true" />;
  if (empty !== undefined && isEmpty?.(answer) === true) return <Empty {...empty} />;
  return (
    <div class={isLoading && isSlow ? 'answer stale' : 'answer'} aria-busy={isLoading}>
      {children(answer)}
    </div>
  );
}

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Reading…">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} />
      ))}
    </div>
  );
}

export function Empty({ text, action }: { readonly text: string; readonly action?: ComponentChildren }) {
  return (
    <div class="state">
      <p>{text}</p>
      {action}
    </div>
  );
}

/** Units that a person lets the page take beyond --max-reads. */
const MORE_UNITS = 10_000;

/** What was wrong, and what can be done. */
export function Failed({
  error,
  retry,
}: {
  readonly error: NonNullable<Answered<unknown>['error']>;
  readonly retry: () => void;
}) {
  const allow = async (units: number): Promise<void> => {
    await ask('allow-reads', { units });
    retry();
  };
  const { kind, message, estimatedUnits } = error;
  const units = Math.max(MORE_UNITS, estimatedUnits ?? 0);
  return (
    <div class="state" role="alert">
      <p>{message}</p>
      {kind === 'read-limit' ? (
        <button type="button" onClick={() => allow(units)}>
          Allow {numberText(units)} more read units
        </button>
      ) : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Says that an answer isn't whole, and what to do. */
export function Partial({ text, action }: { readonly text: string; readonly action?: ComponentChildren }) {
  return (
    <p class="partial" role="status">
      {text} {action}
    </p>
  );
}
