import { useState } from 'preact/hooks';
import type { FindingDetail, FindingRow } from '../../../protocol/answers.ts';
import { FindingFacts } from '../../parts/finding-facts.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Region } from '../../parts/states.tsx';
import { Text } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { Id, MenuButton } from '../../parts/value.tsx';
import { addressOf, follow } from '../../state/address.ts';
import { goToStory } from '../../state/filters.ts';
import { isPinned, togglePin } from '../../state/start.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { MarkForm } from './mark-form.tsx';
import { SuppressForm } from './suppress-form.tsx';

interface FindingPanelProps {
  readonly finding: Pick<FindingRow, 'findingId' | 'ruleId' | 'eventTime'>;
  readonly onClose: () => void;
}

/** One finding: why it matched, its event, its story, and how to keep quiet about it. */
export function FindingPanel({ finding: { findingId, ruleId, eventTime }, onClose }: FindingPanelProps) {
  const of = useAnswer('finding', { findingId, ruleId, time: eventTime });
  return (
    <aside class="panel-beside" aria-label="Finding">
      <div class="panel-head">
        <h2>Finding</h2>
        <button type="button" class="quiet close" aria-label="Close the finding" title="Close: Esc" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <Region of={of} lines={12}>
        {(finding) => <Detail finding={finding} />}
      </Region>
    </aside>
  );
}

export function findingPin({ findingId, eventTime, title, who }: FindingRow) {
  return {
    kind: 'finding' as const,
    id: findingId,
    time: eventTime,
    title: `${title}${who === undefined ? '' : `: ${who}`}`.slice(0, 500),
  };
}

function Detail({ finding }: { readonly finding: FindingDetail }) {
  const [form, setForm] = useState<'mark' | 'suppress' | undefined>();
  const [mark, setMark] = useState(finding.mark);
  const toggle = (which: 'mark' | 'suppress') => (): void => setForm(form === which ? undefined : which);
  const { findingId, eventID, eventTime, actor, who, action, address } = finding;
  const isKept = isPinned(findingId);
  const event =
    eventID === undefined
      ? undefined
      : addressOf('explore', { ...dayAround(eventTime), event: eventID, at: eventTime });
  return (
    <article>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => goToStory(findingId, 'finding')}>
          Its incident
        </button>
        <button type="button" aria-pressed={isKept} onClick={() => togglePin(findingPin(finding))}>
          <Icon name="pin" /> {isKept ? 'Pinned' : 'Pin'}
        </button>
        <button type="button" aria-expanded={form === 'mark'} onClick={toggle('mark')}>
          Mark
        </button>
        <button type="button" aria-expanded={form === 'suppress'} onClick={toggle('suppress')}>
          Suppress
        </button>
      </div>
      {form === 'mark' && (
        <MarkForm
          finding={finding}
          onDone={(given) => {
            setForm(undefined);
            if (given !== undefined) setMark(given);
          }}
        />
      )}
      {form === 'suppress' && <SuppressForm finding={finding} onDone={() => setForm(undefined)} />}
      {mark !== undefined && (
        <p class="partial">
          Marked as {mark.verdict} by {mark.by} <Time at={mark.at} />: {mark.reason}
        </p>
      )}
      <FindingFacts finding={finding} />
      <dl class="facts">
        <div>
          <dt>Time</dt>
          <dd>
            <Time at={eventTime} />
          </dd>
        </div>
        {actor !== undefined && (
          <div>
            <dt>Who</dt>
            <dd title={actor}>
              <Text of={who} />
              <MenuButton value={actor} filter="actor" />
            </dd>
          </div>
        )}
        {action !== undefined && (
          <div>
            <dt>Action</dt>
            <dd>
              <Text of={action} />
              <MenuButton value={action} filter="action" />
            </dd>
          </div>
        )}
        {address !== undefined && (
          <div>
            <dt>From</dt>
            <dd>
              <Text of={address} />
              <MenuButton value={address} filter="address" />
            </dd>
          </div>
        )}
        <div>
          <dt>Finding</dt>
          <dd>
            <Id value={findingId} subject="finding" />
          </dd>
        </div>
      </dl>
      {event !== undefined && (
        <p>
          <a href={event} onClick={follow(event)}>
            The event, its record and its receipt
          </a>
        </p>
      )}
    </article>
  );
}

function dayAround(time: string): { readonly since: string; readonly until: string } {
  const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return { since: text(Date.parse(time) - 12 * 3_600_000), until: text(Date.parse(time) + 12 * 3_600_000) };
}
