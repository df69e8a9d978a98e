import { useState } from 'preact/hooks';
import type { FindingDetail } from '../../../protocol/answers.ts';
import { say } from '../../parts/copy.tsx';
import { ask } from '../../state/ask.ts';

/** Keeps quiet about findings of a rule, for a reason and until some time. */
export function SuppressForm({ finding, onDone }: { readonly finding: FindingDetail; readonly onDone: () => void }) {
  const { ruleId, title, actor, who, account } = finding;
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('4h');
  const [isActorOnly, setActorOnly] = useState(actor !== undefined);
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const suppress = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      const { suppressionId } = await ask('suppress', {
        ruleId,
        until,
        reason,
        ...(isActorOnly && actor !== undefined && { actor }),
        ...(isActorOnly && account !== undefined && { account }),
      });
      say(`${suppressionId} keeps quiet about it. To end it: trailwarden suppress end ${suppressionId}`);
      onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="suppress" onSubmit={suppress} aria-label={`Suppress ${title}`}>
      <p>Findings are recorded all the same, and nobody is told.</p>
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
      <label>
        Until
        <input
          type="text"
          required
          placeholder="4h, 7d, 18:00, 2026-12-01"
          value={until}
          onInput={({ currentTarget }) => setUntil(currentTarget.value)}
        />
      </label>
      {actor !== undefined && (
        <label class="check">
          <input
            type="checkbox"
            checked={isActorOnly}
            onChange={({ currentTarget }) => setActorOnly(currentTarget.checked)}
          />
          Only about {who ?? actor} in {account}
        </label>
      )}
      {problem !== '' && (
        <p class="partial" role="alert">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          Suppress
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
