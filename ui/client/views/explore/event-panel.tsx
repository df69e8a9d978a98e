import type { EventDetailAnswer, Fact, Proof } from '../../../protocol/answers.ts';
import { CommandLine, CopyButton } from '../../parts/copy.tsx';
import { Cut } from '../../parts/cut.tsx';
import { FindingFacts } from '../../parts/finding-facts.tsx';
import { Icon } from '../../parts/icons.tsx';
import { JsonText } from '../../parts/json-text.tsx';
import { Region } from '../../parts/states.tsx';
import { Text } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { MenuButton } from '../../parts/value.tsx';
import { goToStory } from '../../state/filters.ts';
import { isPinned, togglePin } from '../../state/start.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { numberText } from '../../text/number-text.ts';
import { pinOf } from './event-table.tsx';

interface EventPanelProps {
  readonly eventID: string;
  /** eventTime, where it is known: fewer days are read. */
  readonly time: string | undefined;
  readonly onClose: () => void;
}

/** One event: what the index has, what stands for it, what rules found, and the record. */
export function EventPanel({ eventID, time, onClose }: EventPanelProps) {
  const of = useAnswer('event', { eventID, ...(time !== undefined && { time }) });
  return (
    <aside class="panel-beside" aria-label="Event">
      <div class="panel-head">
        <h2>Event</h2>
        <button type="button" class="quiet close" aria-label="Close the event" title="Close: Esc" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <Region
        of={of}
        lines={16}
        isEmpty={({ events }) => events.length === 0}
        empty={{
          text: 'The index has no event of this id at this time.',
          action: (
            <button type="button" onClick={onClose}>
              Close
            </button>
          ),
        }}
      >
        {({ events, command }) => (
          <>
            {events.map((event) => (
              <EventDetail key={event.row.identity} event={event} />
            ))}
            <CommandLine command={command} />
          </>
        )}
      </Region>
    </aside>
  );
}

function EventDetail({ event }: { readonly event: EventDetailAnswer }) {
  const { row, facts, findings, receipt, proof, record, problem } = event;
  const isKept = isPinned(row.eventID);
  return (
    <article>
      <div class="buttons">
        <button type="button" aria-pressed={isKept} onClick={() => togglePin(pinOf(row))}>
          <Icon name="pin" /> {isKept ? 'Pinned' : 'Pin for the report'}
        </button>
        <button type="button" onClick={() => goToStory(row.eventID, 'event')}>
          Its incident
        </button>
      </div>
      <dl class="facts">
        {facts.map((fact, place) => (
          <FactLine key={place} fact={fact} />
        ))}
      </dl>
      {findings.map((finding) => (
        <FindingFacts key={finding.findingId} finding={finding} />
      ))}
      <h3>Receipt</h3>
      <p class={`proof ${toneOf(proof)}`}>{proofText(proof)}</p>
      <dl class="facts">
        <div>
          <dt>Log object</dt>
          <dd>
            <Cut text={receipt.object} />
            <CopyButton text={receipt.object} what="the address of the log object" />
          </dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>
            <Cut text={receipt.version} />
          </dd>
        </div>
        <div>
          <dt>Record</dt>
          <dd>{numberText(receipt.index)}, counted from 0</dd>
        </div>
        {proof.sha256 !== undefined && (
          <div>
            <dt>SHA-256</dt>
            <dd>
              <Cut text={proof.sha256} />
              <CopyButton text={proof.sha256} what="the SHA-256" />
            </dd>
          </div>
        )}
      </dl>
      <h3>Record</h3>
      {problem !== undefined && <p class="partial">{problem}</p>}
      {record !== undefined && (
        <JsonText
          text={record}
          matched={new Set(findings.flatMap(({ matched }) => matched.map(({ field }) => field)))}
        />
      )}
    </article>
  );
}

function FactLine({ fact: { name, value, filter, isSubject } }: { readonly fact: Fact }) {
  const isId = isSubject === true || name === 'Account';
  return (
    <div>
      <dt>{name}</dt>
      <dd title={value}>
        {name === 'Time' ? <Time at={value} /> : isId ? <Cut text={value} /> : <Text of={value} />}
        <MenuButton
          value={value}
          {...(filter !== undefined && { filter })}
          {...(name === 'Event' && { subject: 'event' })}
        />
      </dd>
    </div>
  );
}

function toneOf({ content, digest }: Proof): string {
  if (content === 'changed' || digest === 'modified') return 'bad';
  return content === 'same' && digest === 'verified' ? 'good' : 'open';
}

function proofText({ content, digest }: Proof): string {
  return `${CONTENT[content]} ${DIGEST[digest]}`;
}

const CONTENT: Readonly<Record<Proof['content'], string>> = {
  same: 'The log object is as it was indexed.',
  changed: 'The log object was CHANGED after it was indexed.',
  unknown: 'The ledger has no SHA-256 to compare with.',
};

const DIGEST: Readonly<Record<Proof['digest'], string>> = {
  verified: 'CloudTrail’s digest vouches for it.',
  modified: 'CloudTrail’s digest names ANOTHER SHA-256.',
  missing: 'Its digest found it missing.',
  unvouched: 'No digest names it, though its time is over.',
  none: 'No digest has named it so far.',
};
