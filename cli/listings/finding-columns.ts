import { type Known, namedId, placeText } from '../../lambda/cloudtrail/directory.ts';
import type { Column, Part } from '../output/table.ts';
import { levelStyle, outcomeStyle } from '../output/text-style.ts';
import { relativeTime } from '../time/relative-time.ts';
import type { Zone } from '../time/time-zone.ts';
import { actorText } from './event-text.ts';

/** What a table shows of a finding, wherever it was found: in the tables of a deployment or in files. */
export interface ShownFinding extends Known {
  readonly title: string;
  readonly ruleId: string;
  readonly level: string;
  /** Null where the record has none. */
  readonly eventTime: string | null;
  readonly eventID?: string | null;
  readonly action?: string;
  readonly account?: string;
  readonly region?: string;
  readonly actor?: string;
  readonly actorKind?: string;
  readonly session?: string;
  readonly address?: string;
  readonly sourceIPAddress?: string;
  readonly resources?: readonly string[];
  readonly outcome?: string;
  readonly errorCode?: string;
  readonly alertId?: string;
}

/** The columns of findings: the same, by the same names and in the same order, in every table of findings. */
export function findingColumns<Finding extends ShownFinding>(
  zone: Zone,
  now: Date,
  more: readonly Part<Finding>[] = [],
): readonly Column<Finding>[] {
  return [
    {
      title: `When (${zone.name})`,
      parts: [
        {
          title: `Time (${zone.name})`,
          text: ({ eventTime }) => (eventTime === null ? 'no time' : zone.format(new Date(eventTime))),
          keep: 'first',
        },
        {
          title: 'Ago',
          text: ({ eventTime }) => (eventTime === null ? undefined : relativeTime(new Date(eventTime), now)),
          style: () => 'faint',
          leaveOut: 10,
        },
        { title: 'Level', text: ({ level }) => level, style: ({ level }) => levelStyle(level) },
        { title: 'Outcome', text: outcomeText, style: ({ outcome = '' }) => outcomeStyle(outcome), leaveOut: 5 },
      ],
    },
    {
      title: 'What was found',
      parts: [
        { title: 'Rule', text: ({ title }) => title },
        { title: 'Rule id', text: ({ ruleId }) => ruleId, style: () => 'faint', keep: 'always', leaveOut: 7 },
        { title: 'Action', text: ({ action }) => action, style: () => 'notable', leaveOut: 4 },
        { title: 'Event', text: ({ eventID }) => eventID ?? undefined, style: () => 'faint', keep: 'always' },
        ...more,
      ],
    },
    {
      title: 'About whom',
      parts: [
        { title: 'Who', text: whoText },
        { title: 'From', text: ({ address, sourceIPAddress }) => address ?? sourceIPAddress },
        { title: 'Place', text: placeText, style: () => 'faint', leaveOut: 6 },
        { title: 'Resource', text: ({ resources }) => resources?.[0], leaveOut: 8 },
        {
          title: 'Account',
          text: ({ account, accountName, region }) =>
            [account && namedId(account, accountName), region].filter(Boolean).join(' '),
          style: () => 'faint',
          leaveOut: 9,
        },
      ],
    },
  ];
}

/** Success is what one expects. */
function outcomeText({ outcome, errorCode }: ShownFinding): string | undefined {
  if (outcome === undefined || outcome === 'success') return undefined;
  return errorCode === undefined ? outcome : `${outcome}: ${errorCode}`;
}

function whoText({ actor, actorKind = 'unknown', session, userName }: ShownFinding): string | undefined {
  return actor === undefined ? undefined : actorText({ actor, actorKind, session, userName });
}
