import { useEffect } from 'preact/hooks';
import type { FindingGroup, FindingRow, FindingsAnswer } from '../../../protocol/answers.ts';
import { Footer } from '../../parts/footer.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Level } from '../../parts/level.tsx';
import { RangeBar } from '../../parts/range-bar.tsx';
import { Partial, Region } from '../../parts/states.tsx';
import { Text } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { MenuButton } from '../../parts/value.tsx';
import { VirtualTable } from '../../parts/virtual-table.tsx';
import { change, parameters } from '../../state/address.ts';
import { range } from '../../state/range.ts';
import { togglePin } from '../../state/start.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useRowHeight } from '../../state/use-row-height.ts';
import { useSelection } from '../../state/use-selection.ts';
import { viewKeys } from '../../state/view-keys.ts';
import { cutMiddle } from '../../text/id-text.ts';
import { counted, numberText } from '../../text/number-text.ts';
import { AlertPanel } from './alert-panel.tsx';
import { FindingPanel, findingPin } from './finding-panel.tsx';
import { useNewer } from './use-newer.ts';

const FILTERS = ['rule', 'actor', 'level', 'tactic'] as const;

/** What rules found: by rule, actor, tactic and level, and why. */
export function Findings() {
  const asked = parameters.value;
  const alert = asked.get('alert') ?? undefined;
  const { since, until } = range.value;
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = asked.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const of = useAnswer('findings', { since, until, ...filter });
  const newer = useNewer(of.answer, asked.get('last') !== null || asked.get('until') === null);
  const finding = of.answer?.rows.find(({ findingId }) => findingId === asked.get('finding')) ?? fromAddress(asked);
  const close = (): void => change({ finding: undefined, at: undefined, alert: undefined });
  return (
    <>
      <RangeBar names={['1d', '7d', '30d']} />
      <main
        class={`findings${finding === undefined && alert === undefined ? '' : ' with-panel'}`}
        aria-label="Findings"
      >
        <h1 class="hidden">Findings</h1>
        <aside class="facets" aria-label="Counts">
          <Region of={of} lines={16}>
            {({ groups }) => <Groups groups={groups} />}
          </Region>
        </aside>
        <section class="events" aria-label="Findings">
          <div class="events-head">
            <h2>{of.answer === undefined ? 'Findings' : titleOf(of.answer)}</h2>
            <Chips />
            <span class="newer" role="status">
              {newer > 0 && (
                <button type="button" class="primary" onClick={of.retry}>
                  {numberText(newer)} new
                </button>
              )}
            </span>
          </div>
          <Region
            of={of}
            lines={16}
            isEmpty={({ rows }) => rows.length === 0}
            empty={{
              text: 'No rule found anything of this kind in this time.',
              action: (
                <button type="button" onClick={() => change({ last: '30d', since: undefined, until: undefined })}>
                  Look at a month
                </button>
              ),
            }}
          >
            {(answer) => <FindingTable answer={answer} onClose={close} />}
          </Region>
        </section>
        {alert !== undefined ? (
          <AlertPanel alertId={alert} onClose={close} />
        ) : (
          finding !== undefined && <FindingPanel finding={finding} onClose={close} />
        )}
      </main>
      <Footer command={of.answer?.command} />
    </>
  );
}

/** A finding that an address names, and that isn't in the list. */
function fromAddress(asked: URLSearchParams): Pick<FindingRow, 'findingId' | 'ruleId' | 'eventTime'> | undefined {
  const [findingId, ruleId, eventTime] = [asked.get('finding'), asked.get('rule'), asked.get('at')];
  return findingId === null || ruleId === null || eventTime === null ? undefined : { findingId, ruleId, eventTime };
}

function titleOf({ rows, isAtLeast }: FindingsAnswer): string {
  return `${isAtLeast ? '≥ ' : ''}${counted(rows.length, 'finding')}`;
}

const GROUP_NAMES: Readonly<Record<FindingGroup['by'], string>> = {
  level: 'Level',
  rule: 'Rule',
  actor: 'Actor',
  tactic: 'Tactic',
};

function Groups({ groups }: { readonly groups: readonly FindingGroup[] }) {
  return (
    <>
      {groups
        .filter(({ values }) => values.length > 0)
        .map(({ by, values }) => (
          <section key={by} class="facet" aria-label={GROUP_NAMES[by]}>
            <h2>{GROUP_NAMES[by]}</h2>
            <ul>
              {values.map(({ value, name, count }) => (
                <li key={value}>
                  <button
                    type="button"
                    class="link"
                    title={name ?? value}
                    aria-pressed={parameters.value.get(by) === value}
                    onClick={() => change({ [by]: parameters.value.get(by) === value ? undefined : value })}
                  >
                    {by === 'level' ? <Level level={value} /> : <Text of={name ?? value} />}
                  </button>
                  {by === 'actor' && <MenuButton value={value} filter="actor" />}
                  <span class="number">{numberText(count)}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </>
  );
}

function Chips() {
  const chips = FILTERS.flatMap((name) => {
    const value = parameters.value.get(name);
    return value === null || (name === 'rule' && parameters.value.has('at')) ? [] : [{ name, value }];
  });
  if (chips.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {chips.map(({ name, value }) => (
        <li key={name}>
          <button type="button" title={value} onClick={() => change({ [name]: undefined })}>
            <span class="hidden">Take away the filter </span>
            <span class="kind">{name}</span>
            {cutMiddle(value, 32)}
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

const COLUMNS = ['Time', 'Level', 'Rule', 'Who', 'Action', 'From', 'Account, region'];

function FindingTable({ answer, onClose }: { readonly answer: FindingsAnswer; readonly onClose: () => void }) {
  const { rows, isAtLeast } = answer;
  const { selected, current, select, move } = useSelection();
  const rowHeight = useRowHeight();
  const open = (index: number): void => {
    const row = rows[index];
    if (row !== undefined)
      change({ finding: row.findingId, alert: undefined }, { replace: parameters.value.has('finding') });
  };
  const currentRow = (): FindingRow | undefined => rows[current() ?? -1];
  useEffect(() => {
    viewKeys.value = {
      move: (by) => move(by, rows.length),
      open: () => open(current() ?? -1),
      close: () => {
        const isOpen = parameters.value.has('finding') || parameters.value.has('alert');
        if (isOpen) onClose();
        return isOpen;
      },
      value: () => {
        const action = currentRow()?.action;
        return action === undefined ? undefined : { filter: 'action', value: action };
      },
      pin: () => {
        const row = currentRow();
        if (row !== undefined) togglePin(findingPin(row));
      },
    };
    return () => {
      viewKeys.value = {};
    };
  });
  return (
    <>
      {isAtLeast && <Partial text="These are the newest 5,000: take less time for the others." />}
      <VirtualTable<FindingRow>
        label="Findings"
        className="finding-table"
        count={rows.length}
        rowHeight={rowHeight}
        rowAt={(index) => rows[index]}
        header={COLUMNS.map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
        row={(it) => <FindingCells row={it} />}
        selected={selected}
        onSelect={select}
        onOpen={open}
        onSeen={() => undefined}
      />
    </>
  );
}

function FindingCells({ row }: { readonly row: FindingRow }) {
  const { eventTime, level, title, actor, who, action, address, account, region } = row;
  return (
    <>
      <span role="gridcell" class="when">
        <Time at={eventTime} />
      </span>
      <span role="gridcell" class="level-cell">
        <Level level={level} />
      </span>
      <span role="gridcell" class="rule" title={title}>
        <Text of={title} />
      </span>
      <span role="gridcell" class="who" title={actor}>
        <Text of={who} />
        {actor !== undefined && <MenuButton value={actor} filter="actor" />}
      </span>
      <span role="gridcell" class="action" title={action}>
        <Text of={action} />
      </span>
      <span role="gridcell" class="from" title={address}>
        <Text of={address} />
        {address !== undefined && <MenuButton value={address} filter="address" />}
      </span>
      <span role="gridcell" class="where" title={`${account} ${region}`}>
        <span class="text">
          <span class="id">{account}</span> {region}
        </span>
      </span>
    </>
  );
}
