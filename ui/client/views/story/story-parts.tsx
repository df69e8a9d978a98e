import type { ComponentChildren, FunctionComponent } from 'preact';
import type { EventPoint, Incident, Listed } from '../../../../lambda/store/questions/incident/incident.ts';
import { Cut } from '../../parts/cut.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Level } from '../../parts/level.tsx';
import { Time } from '../../parts/time.tsx';
import { Id, MenuButton } from '../../parts/value.tsx';
import { addressOf, follow } from '../../state/address.ts';
import { isPinned, togglePin } from '../../state/start.ts';
import { numberText } from '../../text/number-text.ts';
import { cameByText } from './lanes.ts';

interface PartProps {
  readonly incident: Incident;
  readonly nameOf: (actor: string) => string;
}

interface StoryPart {
  readonly id: string;
  readonly question: string;
  readonly isThere: (incident: Incident) => boolean;
  /** Shown once it is asked for. */
  readonly isFolded?: true;
  readonly Part: FunctionComponent<PartProps>;
}

/** The effects that leave something behind which isn't there any more. */
const DESTROYING: ReadonlySet<string> = new Set(['deleted', 'stopped']);

/** The questions of an incident: changes first, reads folded. */
export const STORY_PARTS: readonly StoryPart[] = [
  { id: 'who', question: 'Who was it?', isThere: ({ identities }) => identities.total > 0, Part: Identities },
  { id: 'addresses', question: 'From where?', isThere: ({ addresses }) => addresses.total > 0, Part: Addresses },
  { id: 'keys', question: 'With which keys?', isThere: ({ credentials }) => credentials.total > 0, Part: Credentials },
  {
    id: 'destroyed',
    question: 'What was destroyed?',
    isThere: ({ effects }) => effects.some(({ effect }) => DESTROYING.has(effect)),
    Part: ({ incident, nameOf }) => (
      <Effects incident={incident} nameOf={nameOf} holds={(effect) => DESTROYING.has(effect)} />
    ),
  },
  {
    id: 'changed',
    question: 'What was changed?',
    isThere: ({ effects }) => effects.some(({ effect }) => !DESTROYING.has(effect)),
    Part: ({ incident, nameOf }) => (
      <Effects incident={incident} nameOf={nameOf} holds={(effect) => !DESTROYING.has(effect)} />
    ),
  },
  { id: 'stay', question: 'How do they stay?', isThere: ({ persistence }) => persistence.total > 0, Part: Persistence },
  { id: 'issued', question: 'What did issued keys do?', isThere: ({ issued }) => issued.total > 0, Part: Issued },
  { id: 'denied', question: 'What was denied?', isThere: ({ denied }) => denied.total > 0, Part: Denied },
  { id: 'found', question: 'What did rules find?', isThere: ({ findings }) => findings.total > 0, Part: Found },
  { id: 'taken', question: 'What was read?', isThere: ({ taken }) => taken.total > 0, isFolded: true, Part: Taken },
];

interface Column<Item> {
  readonly title: string;
  readonly isNumber?: true;
  readonly cell: (item: Item) => ComponentChildren;
}

/** A list of an incident; what is left out is said. */
function PartTable<Item>({
  list,
  columns,
}: {
  readonly list: Listed<Item>;
  readonly columns: readonly Column<Item>[];
}) {
  const more = list.total - list.items.length;
  return (
    <>
      <table class="part">
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.items.map((item, place) => (
            <tr key={place}>
              {columns.map(({ title, isNumber, cell }) => (
                <td key={title} class={isNumber ? 'number' : undefined} data-title={title}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p class="hint">
          {list.atLeast ? 'at least ' : ''}
          {numberText(more)} more
        </p>
      )}
    </>
  );
}

interface Spanning {
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

const EVENTS: Column<Spanning> = { title: 'Events', isNumber: true, cell: ({ events }) => numberText(events) };
const FAILED: Column<{ readonly failures: number }> = {
  title: 'Failed',
  isNumber: true,
  cell: ({ failures }) => numberText(failures),
};
const SPAN: readonly Column<Spanning>[] = [
  { title: 'First', cell: ({ first }) => <Time at={first} /> },
  { title: 'Last', cell: ({ last }) => <Time at={last} /> },
];

/** The first of some values, and how many there are beside them. */
function Values({ of }: { readonly of: Listed<string> }) {
  const shown = of.items.slice(0, 3);
  const more = of.total - shown.length;
  return (
    <>
      {shown.map((value) => (
        <span key={value} class="listed">
          <Cut text={value} />
        </span>
      ))}
      {more > 0 && <span class="hint">+{numberText(more)}</span>}
    </>
  );
}

function Actor({
  actor,
  session,
  nameOf,
}: {
  actor: string;
  session?: string | undefined;
  nameOf: PartProps['nameOf'];
}) {
  return (
    <span class="value" title={actor}>
      {nameOf(actor)}
      {session !== undefined && <span class="session"> as {session}</span>}
      <MenuButton value={actor} filter="actor" />
    </span>
  );
}

/** An event that a part names: it leads to its record, and can be pinned. */
function Point({ event, nameOf }: { readonly event: EventPoint; readonly nameOf: PartProps['nameOf'] }) {
  const { eventID, eventTime, action, actor } = event;
  const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const at = Date.parse(eventTime);
  const path = addressOf('explore', {
    since: text(at - 3_600_000),
    until: text(at + 3_600_000),
    event: eventID,
    at: eventTime,
  });
  const isKept = isPinned(eventID);
  return (
    <span class="point">
      <a href={path} onClick={follow(path)}>
        {action}
      </a>
      <button
        type="button"
        class="quiet"
        aria-pressed={isKept}
        aria-label={`${isKept ? 'Take off' : 'Pin'} ${action}`}
        title={isKept ? 'Take off' : 'Pin for the report'}
        onClick={() =>
          togglePin({ kind: 'event', id: eventID, time: eventTime, title: `${nameOf(actor)}: ${action}`.slice(0, 500) })
        }
      >
        <Icon name="pin" />
      </button>
    </span>
  );
}

function Identities({ incident, nameOf }: PartProps) {
  return (
    <PartTable
      list={incident.identities}
      columns={[
        { title: 'Who', cell: ({ actor, session }) => <Actor {...{ actor, session, nameOf }} /> },
        { title: 'Kind', cell: ({ actorKind }) => actorKind },
        { title: 'MFA', cell: ({ mfa = '–' }) => mfa },
        EVENTS,
        { title: 'Changes', isNumber: true, cell: ({ changes }) => numberText(changes) },
        FAILED,
        ...SPAN,
      ]}
    />
  );
}

function Addresses({ incident }: PartProps) {
  return (
    <PartTable
      list={incident.addresses}
      columns={[
        { title: 'Address', cell: ({ address }) => <Id value={address} filter="address" /> },
        EVENTS,
        FAILED,
        ...SPAN,
        { title: 'With', cell: ({ userAgents }) => <Values of={userAgents} /> },
      ]}
    />
  );
}

function Credentials({ incident, nameOf }: PartProps) {
  return (
    <PartTable
      list={incident.credentials}
      columns={[
        { title: 'Access key', cell: ({ accessKeyId }) => <Id value={accessKeyId} filter="credential" /> },
        { title: 'Who', cell: ({ actor, session }) => <Actor {...{ actor, session, nameOf }} /> },
        { title: 'Came by it', cell: ({ cameBy }) => cameByText(cameBy, nameOf) },
        EVENTS,
        FAILED,
        ...SPAN,
      ]}
    />
  );
}

function Effects({ incident, holds }: PartProps & { readonly holds: (effect: string) => boolean }) {
  const groups = incident.effects.filter(({ effect }) => holds(effect));
  const items = groups.flatMap(({ effect, actions }) => actions.items.map((action) => ({ ...action, effect })));
  const total = groups.reduce((sum, { actions }) => sum + actions.total, 0);
  return (
    <PartTable
      list={{ items, total }}
      columns={[
        { title: 'Effect', cell: ({ effect }) => <b>{effect}</b> },
        { title: 'Action', cell: ({ action }) => <ActionValue action={action} /> },
        EVENTS,
        ...SPAN,
        { title: 'To what', cell: ({ resources }) => <Values of={resources} /> },
        { title: 'With whom', cell: ({ sharedWith = [] }) => sharedWith.join(', ') },
      ]}
    />
  );
}

function ActionValue({ action }: { readonly action: string }) {
  return (
    <span class="value">
      {action}
      <MenuButton value={action} filter="action" />
    </span>
  );
}

function Persistence({ incident, nameOf }: PartProps) {
  return (
    <PartTable
      list={incident.persistence}
      columns={[
        { title: 'What', cell: ({ kind }) => <b>{kind}</b> },
        { title: 'Call', cell: ({ event }) => <Point event={event} nameOf={nameOf} /> },
        { title: 'When', cell: ({ event }) => <Time at={event.eventTime} /> },
        {
          title: 'Who',
          cell: ({ event: { actor, session } }) => <Actor {...{ actor, session, nameOf }} />,
        },
        { title: 'To what', cell: ({ resources }) => <Values of={{ items: resources, total: resources.length }} /> },
        { title: 'Lets', cell: ({ lets = [] }) => lets.join(', ') },
        {
          title: 'Undone',
          cell: ({ undone }) => (undone === undefined ? <b>still there</b> : <Time at={undone.eventTime} />),
        },
      ]}
    />
  );
}

function Issued({ incident, nameOf }: PartProps) {
  return (
    <PartTable
      list={incident.issued}
      columns={[
        { title: 'Access key', cell: ({ accessKeyId }) => <Id value={accessKeyId} filter="credential" /> },
        { title: 'Issued by', cell: ({ by }) => <Point event={by} nameOf={nameOf} /> },
        {
          title: 'Who',
          cell: ({ actor, session }) => (actor === undefined ? '' : <Actor {...{ actor, session, nameOf }} />),
        },
        { title: 'Events', isNumber: true, cell: ({ events }) => numberText(events) },
        { title: 'Changes', isNumber: true, cell: ({ changes }) => numberText(changes) },
        FAILED,
        {
          title: 'Most of all',
          cell: ({ actions }) =>
            actions.items
              .slice(0, 3)
              .map(({ action, events }) => `${action} × ${numberText(events)}`)
              .join(', '),
        },
      ]}
    />
  );
}

function Denied({ incident }: PartProps) {
  return (
    <PartTable
      list={incident.denied}
      columns={[
        { title: 'Action', cell: ({ action }) => <ActionValue action={action} /> },
        { title: 'Error', cell: ({ errorCode, outcome }) => errorCode ?? outcome },
        EVENTS,
        ...SPAN,
        { title: 'To what', cell: ({ resources }) => <Values of={resources} /> },
      ]}
    />
  );
}

function Found({ incident: { findings } }: PartProps) {
  return (
    <>
      <PartTable
        list={findings.rules}
        columns={[
          { title: 'Level', cell: ({ level }) => <Level level={level} /> },
          {
            title: 'Rule',
            cell: ({ title, ruleId, findingId, first }) => <Rule {...{ title, ruleId, findingId, first }} />,
          },
          { title: 'Findings', isNumber: true, cell: ({ findings: count }) => numberText(count) },
          { title: 'First', cell: ({ first }) => <Time at={first} /> },
          { title: 'Last', cell: ({ last }) => <Time at={last} /> },
        ]}
      />
      <h3>By tactic</h3>
      <PartTable
        list={{ items: findings.tactics, total: findings.tactics.length }}
        columns={[
          { title: 'Tactic', cell: ({ tactic }) => tactic },
          { title: 'Worst', cell: ({ level }) => <Level level={level} /> },
          { title: 'Findings', isNumber: true, cell: ({ findings: count }) => numberText(count) },
          { title: 'Rules', cell: ({ rules }) => rules.slice(0, 3).join('; ') },
        ]}
      />
    </>
  );
}

function Rule(rule: { title: string; ruleId: string; findingId: string; first: string }) {
  const { title, ruleId, findingId, first } = rule;
  const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const at = Date.parse(first);
  const times = { since: text(at - 12 * 3_600_000), until: text(at + 12 * 3_600_000) };
  const path = addressOf('findings', { ...times, rule: ruleId, finding: findingId, at: first });
  return (
    <a href={path} onClick={follow(path)}>
      {title}
    </a>
  );
}

function Taken({ incident }: PartProps) {
  return (
    <PartTable
      list={incident.taken}
      columns={[
        { title: 'Action', cell: ({ action }) => <ActionValue action={action} /> },
        {
          title: 'From',
          cell: ({ container }) => (container === undefined ? '' : <Id value={container} filter="resource" />),
        },
        EVENTS,
        { title: 'Bytes', isNumber: true, cell: ({ bytes }) => (bytes === undefined ? '–' : numberText(bytes)) },
        ...SPAN,
        { title: 'What', cell: ({ objects }) => <Values of={objects} /> },
      ]}
    />
  );
}
