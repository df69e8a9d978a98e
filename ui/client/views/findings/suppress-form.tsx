import { useState } from 'preact/hooks';
import type { FindingDetail } from '../../../protocol/answers.ts';
import { say } from '../../parts/copy.tsx';
import { ask } from '../../state/ask.ts';
import { ReasonedForm } from './reasoned-form.tsx';

/** Keeps quiet about findings of a rule, for a reason and until some time. */
export function SuppressForm({ finding, onDone }: { readonly finding: FindingDetail; readonly onDone: () => void }) {
  const { ruleId, title, actor, who, account } = finding;
  const [until, setUntil] = useState('4h');
  const [isActorOnly, setActorOnly] = useState(actor !== undefined);
  const suppress = async (reason: string): Promise<void> => {
    const { suppressionId } = await ask('suppress', {
      ruleId,
      until,
      reason,
      ...(isActorOnly && actor !== undefined && { actor }),
      ...(isActorOnly && account !== undefined && { account }),
    });
    say(`${suppressionId} keeps quiet about it. To end it: trailwarden suppress end ${suppressionId}`);
    onDone();
  };
  return (
    <ReasonedForm
      label={`Suppress ${title}`}
      verb="Suppress"
      before={<p>Findings are recorded all the same, and nobody is told.</p>}
      after={
        <>
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
        </>
      }
      onSubmit={suppress}
      onCancel={onDone}
    />
  );
}
