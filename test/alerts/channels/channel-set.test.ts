import fc from 'fast-check';
import { nextLook } from '../../../lambda/alerts/channels/alert-progress.ts';
import type { Channel } from '../../../lambda/alerts/channels/channel.ts';
import { type ChannelFailure, ChannelSet } from '../../../lambda/alerts/channels/channel-set.ts';
import { type ChannelState, failed, isDue, UNTRIED } from '../../../lambda/alerts/channels/channel-state.ts';
import { alertOf } from '../../../lambda/alerts/messages/alert-content.ts';
import type { Notice } from '../../../lambda/alerts/messages/alert-notice.ts';
import { finding } from '../../support/findings.ts';

const START = Date.parse('2026-11-21T10:00:00Z');
const MINUTE = 60_000;
const NOTICE: Notice = { kind: 'alert', alert: alertOf(finding(), 15) };
const { alertId } = NOTICE.alert;

/** A channel that writes down what it sends; what a test is about stands in the test. */
const channel = (name: string, log: string[], members: Partial<Channel> = {}): Channel => ({
  name,
  render: () => ({ body: `for ${name}` }),
  send: async ({ body }) => {
    log.push(body);
  },
  ...members,
});

function setOf(channels: readonly Channel[], now: () => Date = () => new Date(START)) {
  const failures: ChannelFailure[] = [];
  const set = new ChannelSet({
    channels,
    deployment: 'trailwarden',
    now,
    onFailure: (failure) => failures.push(failure),
    attemptMilliseconds: 20,
  });
  return { set, failures };
}

const hangs: Channel['send'] = () => new Promise(() => {});

describe('the channels of an alert', () => {
  test('are each in the publication with a message of their own, except those that do not take the notice', () => {
    const { set } = setOf([channel('a', []), channel('b', []), channel('c', [], { render: () => undefined })]);
    const { publication, channels } = set.prepare(NOTICE);
    expect(publication.messages).toEqual({ a: { body: 'for a' }, b: { body: 'for b' } });
    expect(channels).toEqual({ a: UNTRIED, b: UNTRIED });
  });

  test('send though another one hangs: it is cut short, and tried again', async () => {
    const log: string[] = [];
    const { set, failures } = setOf([channel('a', log, { send: hangs }), channel('b', log)]);
    const { publication, channels } = set.prepare(NOTICE);
    const after = await set.deliver(alertId, publication, channels);
    expect(log).toEqual(['for b']);
    expect(after).toMatchObject({ a: { state: 'pending', tries: 1 }, b: { state: 'sent', tries: 1 } });
    expect(failures).toEqual([expect.objectContaining({ channel: 'a', state: 'pending' })]);
  });

  test('are told when their time is over, so that they can stop', async () => {
    let signal: AbortSignal | undefined;
    const send: Channel['send'] = (_message, _envelope, given) => {
      signal = given;
      return new Promise(() => {});
    };
    const { set } = setOf([channel('a', [], { send })]);
    const { publication, channels } = set.prepare(NOTICE);
    await set.deliver(alertId, publication, channels);
    expect(signal?.aborted).toBe(true);
  });

  test('rest for a minute after two tries without an answer, so that many alerts are not held up by each', async () => {
    let calls = 0;
    let now = START;
    const send: Channel['send'] = () => {
      calls++;
      return new Promise(() => {});
    };
    const { set } = setOf([channel('a', [], { send })], () => new Date(now));
    const { publication, channels } = set.prepare(NOTICE);
    for (let alert = 0; alert < 5; alert++) await set.deliver(alertId, publication, channels);
    expect(calls).toBe(2);
    now += MINUTE;
    await set.deliver(alertId, publication, channels);
    expect(calls).toBe(3);
  });

  test('go without the message of one whose rendering throws: its tries fail until it is given up', async () => {
    const log: string[] = [];
    const render = () => {
      throw new Error('no such form');
    };
    const { set, failures } = setOf([channel('a', log, { render }), channel('b', log)]);
    const { publication, channels } = set.prepare(NOTICE);
    const after = await set.deliver(alertId, publication, channels);
    expect(log).toEqual(['for b']);
    expect(after.a).toMatchObject({ state: 'pending', error: expect.stringContaining('could not be made') });
    expect(failures).toHaveLength(2);
  });

  test('keep their messages together within what a row takes', () => {
    const large = channel('b', [], { render: () => ({ body: 'x'.repeat(300 * 1024) }) });
    const { set, failures } = setOf([channel('a', []), large, { ...large, name: 'c' }, channel('d', [])]);
    const { publication, channels } = set.prepare(NOTICE);
    expect(Object.keys(publication.messages)).toEqual(['a', 'b', 'd']);
    expect(Object.keys(channels)).toEqual(['a', 'b', 'c', 'd']);
    expect(failures).toEqual([expect.objectContaining({ channel: 'c' })]);
  });

  test('of another configuration are tried like any other, and fail with a reason', async () => {
    const { set } = setOf([]);
    const { publication } = setOf([channel('gone', [])]).set.prepare(NOTICE);
    const after = await set.deliver(alertId, publication, { gone: UNTRIED });
    expect(after.gone).toMatchObject({ state: 'pending', error: expect.stringContaining('no channel "gone"') });
  });

  test('that have sent, were given up or are not due are left alone', async () => {
    const log: string[] = [];
    const { set } = setOf([channel('a', log), channel('b', log), channel('c', log)]);
    const { publication } = set.prepare(NOTICE);
    const states = {
      a: { state: 'sent', tries: 1 },
      b: { state: 'given-up', tries: 9 },
      c: { state: 'pending', tries: 1, nextTry: new Date(START + 1).toISOString() },
    } as const;
    expect(await set.deliver(alertId, publication, states)).toEqual(states);
    expect(log).toEqual([]);
  });
});

/** The minutes after the first failure at which a channel that always fails is tried. */
function triesOf(error: unknown): { readonly minutes: readonly number[]; readonly last: ChannelState } {
  const minutes: number[] = [];
  let state = UNTRIED;
  let now = START;
  while (state.state === 'pending' && minutes.length < 100) {
    minutes.push((now - START) / MINUTE);
    state = failed(state, new Date(now), error);
    now = Date.parse(state.nextTry ?? '');
  }
  return { minutes, last: state };
}

test('a channel is tried for 24 hours: after a minute, then after twice as long each time up to an hour', () => {
  const { minutes, last } = triesOf(new Error('no'));
  expect(minutes.slice(0, 9)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  expect(minutes.at(-1)).toBe(24 * 60);
  expect(last).toMatchObject({ state: 'given-up', tries: minutes.length, error: 'Error: no' });
});

test('the error that a row keeps is one bounded line', () => {
  const { last } = triesOf(new Error(`${'x'.repeat(1000)}\nsecond line`));
  expect(last.error).toMatch(/^Error: x{200,}…$/);
  expect(last.error?.length).toBeLessThanOrEqual(300);
});

const state: fc.Arbitrary<ChannelState> = fc.record(
  {
    state: fc.constantFrom('pending', 'sent', 'given-up'),
    tries: fc.nat(40),
    nextTry: fc.integer({ min: -100, max: 100 }).map((minute) => new Date(START + minute * MINUTE).toISOString()),
  },
  { requiredKeys: ['state', 'tries'] },
);
const states = fc.dictionary(fc.constantFrom('a', 'b', 'c'), state, { noNullPrototype: true });

test('an alert with anything left to do is looked at again, and no later than its first channel is due', () => {
  const summary = fc.option(fc.record({ count: fc.nat(9), channels: states }), { nil: undefined });
  fc.assert(
    fc.property(states, summary, (channels, under) => {
      const now = new Date(START);
      const look = nextLook({ channels, ...(under && { summary: under }) }, now);
      const left = [channels, under?.channels ?? {}].flatMap(Object.values).filter((each) => each.state === 'pending');
      expect(look === undefined).toBe(left.length === 0);
      if (look === undefined) return;
      const isPending = Object.values(channels).some((each) => each.state === 'pending');
      expect(look.state).toBe(isPending ? 'pending' : 'open');
      const someIsDue = Object.values(channels).some((each) => isDue(each, new Date(look.dueAt)));
      expect(someIsDue || under !== undefined).toBe(true);
    }),
  );
});
