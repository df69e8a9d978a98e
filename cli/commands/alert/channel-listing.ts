import type { AlertDelivery } from '../../../lambda/store/alerts/alert-deliveries.ts';
import type { AlertRow } from '../../../lambda/store/alerts/alert-row.ts';
import type { Listing } from '../../output/listing.ts';
import type { Style } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

/** How far a channel is with one of an alert's messages. Times are ISO 8601 in UTC. */
export interface ShownChannelState {
  readonly channel: string;
  readonly message: 'alert' | 'summary' | 'resolved';
  readonly state: string;
  readonly style: Style;
  /** When it came to this state. */
  readonly at?: string;
  readonly nextTry?: string;
  readonly tries: number;
  /** What the other side answered, or what went wrong. */
  readonly answer?: string;
}

type ChannelState = NonNullable<AlertRow['channels']>[string];

/** Channels without a queue: what is sent to them is with SNS. */
const TOPICS: readonly string[] = ['people', 'programs', 'chat'];

const RECEIVED = {
  delivered: ['taken', 'good'],
  failing: ['not taken', 'warning'],
  waiting: ['waiting', 'notable'],
  'given-up': ['given up', 'bad'],
} as const satisfies Record<AlertDelivery['state'], readonly [string, Style]>;

/** The state of each channel that takes an alert, for each of its messages. */
export function channelStates({
  channels = {},
  summary,
  givenUp = [],
  deliveries = [],
}: AlertRow): ShownChannelState[] {
  const answers = new Map(deliveries.map((delivery) => [`${delivery.channel} ${delivery.notice}`, delivery]));
  const shown = (states: Readonly<Record<string, ChannelState>>, notice: 'first' | 'summary'): ShownChannelState[] =>
    Object.entries(states).map(([channel, state]) => {
      const key = `${channel} ${notice}`;
      const answer = answers.get(key);
      answers.delete(key);
      return answer === undefined ? stateOfSending(channel, notice, state) : stateOfReceiver(answer);
    });
  const known = [...shown(channels, 'first'), ...shown(summary?.channels ?? {}, 'summary')];
  const gone = givenUp
    .filter(({ channel, notice }) => !known.some((each) => each.channel === channel && each.message === told(notice)))
    .map(({ channel, notice, at, tries, error }): ShownChannelState => {
      return { channel, message: told(notice), state: 'given up', style: 'bad', at, tries, answer: error };
    });
  // A row may tell of an answer alone: what it said of the channel was summed up since.
  return [...known, ...gone, ...[...answers.values()].map(stateOfReceiver)].toSorted(
    (a, b) => a.channel.localeCompare(b.channel) || a.message.localeCompare(b.message),
  );
}

/** How the states are shown. */
export function channelListing(zone: Zone): Listing<ShownChannelState> {
  const time = (text: string | undefined): string | undefined => text && zone.format(new Date(text));
  return {
    columns: [
      {
        title: 'Channel, message',
        parts: [
          { title: 'Channel', text: ({ channel }) => channel, keep: 'always' },
          { title: 'Message', text: ({ message }) => message, style: () => 'faint' },
        ],
      },
      {
        title: 'State, since',
        parts: [
          { title: 'State', text: ({ state }) => state, style: ({ style }) => style, keep: 'always' },
          { title: 'Since', text: ({ at }) => time(at) },
        ],
      },
      {
        title: 'Next try, tries',
        parts: [
          { title: 'Next try', text: ({ nextTry }) => time(nextTry), keep: 'always' },
          { title: 'Tries', text: ({ tries }) => `${tries} ${tries === 1 ? 'try' : 'tries'}` },
        ],
      },
      { title: 'Answer', parts: [{ title: 'Answer', text: ({ answer }) => answer }] },
    ],
    json: ({ style, ...state }) => state,
    csv: { channel: ({ channel }) => channel, message: ({ message }) => message, state: ({ state }) => state },
    nothing: 'No channels.',
  };
}

function stateOfSending(
  channel: string,
  notice: 'first' | 'summary',
  { state, tries, nextTry, at, since, error }: ChannelState,
): ShownChannelState {
  const common = { channel, message: told(notice), tries, ...(error !== undefined && { answer: error }) };
  if (state === 'given-up') return { ...common, state: 'given up', style: 'bad', ...(at !== undefined && { at }) };
  if (state === 'sent') {
    const [where, style] = TOPICS.includes(channel)
      ? (['sent', 'good'] as const)
      : (['in its queue', 'notable'] as const);
    return { ...common, state: where, style, ...(at !== undefined && { at }) };
  }
  return {
    ...common,
    state: tries === 0 ? 'not tried yet' : 'failed',
    style: tries === 0 ? 'notable' : 'warning',
    ...(since !== undefined && { at: since }),
    ...(nextTry !== undefined && { nextTry }),
  };
}

function stateOfReceiver({ channel, notice, state, at, nextTry, tries, answer }: AlertDelivery): ShownChannelState {
  const [word, style] = RECEIVED[state];
  const message = notice === 'resolved' ? 'resolved' : told(notice);
  return { channel, message, state: word, style, at, tries, answer, ...(nextTry !== undefined && { nextTry }) };
}

function told(notice: 'first' | 'summary'): 'alert' | 'summary' {
  return notice === 'first' ? 'alert' : 'summary';
}
