import { useState } from 'preact/hooks';
import type { FindingDetail, FindingMark } from '../../../protocol/answers.ts';
import { say } from '../../parts/copy.tsx';
import { ask } from '../../state/ask.ts';

const VERDICTS = [
  ['true', 'True: it should not have been'],
  ['false', 'False: it was harmless'],
] as const;

/** Notes whether a finding was right, and why: `rules tune` learns from nothing else. */
export function MarkForm({
  finding: { findingId, title },
  onDone,
}: {
  readonly finding: FindingDetail;
  readonly onDone: (mark?: FindingMark) => void;
}) {
  const [verdict, setVerdict] = useState<FindingMark['verdict']>('false');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const mark = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      const given = await ask('mark', { findingId, verdict, reason });
      say(`The finding is marked as ${given.verdict}.`);
      onDone(given);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="suppress" onSubmit={mark} aria-label={`Mark ${title}`}>
      {VERDICTS.map(([value, text]) => (
        <label key={value} class="check">
          <input
            type="radio"
            name="verdict"
            value={value}
            checked={verdict === value}
            onChange={() => setVerdict(value)}
          />
          {text}
        </label>
      ))}
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
      {problem !== '' && (
        <p class="partial" role="alert">
          {problem}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          Mark
        </button>
        <button type="button" onClick={() => onDone()}>
          Cancel
        </button>
      </div>
    </form>
  );
}
