import { useState } from 'preact/hooks';
import type { FindingDetail, FindingMark } from '../../../protocol/answers.ts';
import { say } from '../../parts/copy.tsx';
import { ask } from '../../state/ask.ts';
import { ReasonedForm } from './reasoned-form.tsx';

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
  const mark = async (reason: string): Promise<void> => {
    const given = await ask('mark', { findingId, verdict, reason });
    say(`The finding is marked as ${given.verdict}.`);
    onDone(given);
  };
  return (
    <ReasonedForm
      label={`Mark ${title}`}
      verb="Mark"
      before={VERDICTS.map(([value, text]) => (
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
      onSubmit={mark}
      onCancel={() => onDone()}
    />
  );
}
