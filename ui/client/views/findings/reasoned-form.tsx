import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

/** A form beside a finding that takes a reason: what it does is asked of the server, and what went wrong is said in it. */
export function ReasonedForm({
  label,
  verb,
  before,
  after,
  onSubmit,
  onCancel,
}: {
  readonly label: string;
  /** On the button. */
  readonly verb: string;
  /** What stands above the reason, and below it. */
  readonly before: ComponentChildren;
  readonly after?: ComponentChildren;
  readonly onSubmit: (reason: string) => Promise<void>;
  readonly onCancel: () => void;
}) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await onSubmit(reason);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="suppress" onSubmit={submit} aria-label={label}>
      {before}
      <label>
        Reason
        <input
          type="text"
          required
          maxLength={1000}
          placeholder="Migration, CHG-1234"
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </label>
      {after}
      {problem !== '' && (
        <p class="partial" role="alert">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          {verb}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
