import { useEffect, useState } from 'preact/hooks';
import type { EventRow } from '../../../protocol/answers.ts';
import type { Asked } from '../../../protocol/asked.ts';
import { Cut } from '../../parts/cut.tsx';
import { Empty, Failed, Partial, Skeleton } from '../../parts/states.tsx';
import { Text } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { MenuButton } from '../../parts/value.tsx';
import { VirtualTable } from '../../parts/virtual-table.tsx';
import { change, parameters } from '../../state/address.ts';
import { ask } from '../../state/ask.ts';
import { moveRange } from '../../state/range.ts';
import { togglePin } from '../../state/start.ts';
import { SKELETON_MILLISECONDS } from '../../state/use-answer.ts';
import { useRowHeight } from '../../state/use-row-height.ts';
import { useSelection } from '../../state/use-selection.ts';
import { viewKeys } from '../../state/view-keys.ts';
import { numberText } from '../../text/number-text.ts';
import { useEventRows } from './use-event-rows.ts';

interface EventTableProps {
  readonly filter: Omit<Asked<'events'>, 'from' | 'count'>;
  /** How many there are, once they were counted. */
  readonly total: number | undefined;
}

const COLUMNS = ['Time', 'Who', 'Action', 'Outcome', 'Resource', 'From', 'Account, region'];

/** Units that a person lets the table take beyond --max-reads. */
const MORE_UNITS = 10_000;

export function EventTable({ filter, total }: EventTableProps) {
  const { rows, isEnd, isLoading, error, need, retry } = useEventRows(filter);
  const { selected, current, select, move } = useSelection();
  const rowHeight = useRowHeight();
  const key = JSON.stringify(filter);
  useEffect(() => select(undefined), [key]);

  const count = isEnd ? rows.length : Math.max(rows.length, total ?? 0);
  const open = (index: number): void => {
    const row = rows[index];
    if (row !== undefined)
      change({ event: row.eventID, at: row.eventTime }, { replace: parameters.value.has('event') });
  };
  const currentRow = (): EventRow | undefined => rows[current() ?? -1];
  useEffect(() => {
    viewKeys.value = {
      move: (by) => move(by, count),
      open: () => open(current() ?? -1),
      close: () => {
        const isOpen = parameters.value.has('event');
        if (isOpen) change({ event: undefined, at: undefined });
        return isOpen;
      },
      value: () => {
        const row = currentRow();
        return row && { filter: 'action', value: row.action };
      },
      pin: () => {
        const row = currentRow();
        if (row !== undefined) togglePin(pinOf(row));
      },
    };
    return () => {
      viewKeys.value = {};
    };
  });

  if (rows.length === 0 && error !== undefined) return <Failed error={error} retry={retry} />;
  if (count === 0) {
    if (isLoading) return <TableWaiting />;
    return (
      <Empty
        text="No event of this time has all of this."
        action={
          <button type="button" onClick={() => moveRange(-1)}>
            Look at the time before
          </button>
        }
      />
    );
  }
  return (
    <>
      <VirtualTable<EventRow>
        label="Events"
        className="event-table"
        count={count}
        rowHeight={rowHeight}
        rowAt={(index) => rows[index]}
        header={COLUMNS.map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
        row={(it) => <EventCells row={it} />}
        selected={selected}
        onSelect={select}
        onOpen={open}
        onSeen={(_, last) => need(last)}
      />
      {/* Below the table, which doesn't move for it. */}
      {error !== undefined && (
        <Partial
          text={
            error.kind === 'read-limit'
              ? `The first ${numberText(rows.length)} are here: the rest takes more read units than are left.`
              : `The first ${numberText(rows.length)} are here. ${error.message}`
          }
          action={
            <button
              type="button"
              onClick={async () => {
                if (error.kind === 'read-limit') await ask('allow-reads', { units: MORE_UNITS });
                retry();
              }}
            >
              {error.kind === 'read-limit' ? `Allow ${numberText(MORE_UNITS)} more` : 'Try again'}
            </button>
          }
        />
      )}
    </>
  );
}

/** Rows that come at once need no skeleton. */
function TableWaiting() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const slow = setTimeout(() => setSlow(true), SKELETON_MILLISECONDS);
    return () => clearTimeout(slow);
  }, []);
  return (
    <div class="table-waiting" aria-busy="true">
      {isSlow && <Skeleton lines={12} />}
    </div>
  );
}

export function pinOf({ eventID, eventTime, who, action }: EventRow) {
  return { kind: 'event' as const, id: eventID, time: eventTime, title: `${who}: ${action}`.slice(0, 500) };
}

function EventCells({ row }: { readonly row: EventRow }) {
  const { eventTime, actor, who, action, outcome, errorCode, resource, more, address, account, region } = row;
  return (
    <>
      <span role="gridcell" class="when">
        <Time at={eventTime} />
      </span>
      <span role="gridcell" class="who" title={actor}>
        <Text of={who} />
        <MenuButton value={actor} filter="actor" />
      </span>
      <span role="gridcell" class="action" title={action}>
        <Text of={action} />
        <MenuButton value={action} filter="action" />
      </span>
      <span role="gridcell" class={`outcome ${outcome}`} title={errorCode ?? outcome}>
        <Text of={errorCode ?? outcome} />
      </span>
      <span role="gridcell" class="resource" title={resource}>
        {resource !== undefined && (
          <>
            <Cut text={resource} />
            {more !== 0 && <span class="more">{more < 0 ? '+ more' : `+${numberText(more)}`}</span>}
            <MenuButton value={resource} filter="resource" />
          </>
        )}
      </span>
      <span role="gridcell" class="from" title={address}>
        {address !== undefined && (
          <>
            <Text of={address} />
            <MenuButton value={address} filter="address" />
          </>
        )}
      </span>
      <span role="gridcell" class="where" title={`${account} ${region}`}>
        <span class="text">
          <span class="id">{account}</span> {region}
        </span>
      </span>
    </>
  );
}
