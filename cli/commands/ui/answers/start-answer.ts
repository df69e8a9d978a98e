import type { StartAnswer } from '../../../../ui/protocol/answers.ts';
import { ownVersion } from '../../../output/own-version.ts';
import type { Answering } from '../context/page-context.ts';

/** What the page must know before it shows anything: whose index it is, and up to when it goes. */
export const startAnswer: Answering<object, StartAnswer> = async (_, { events, options, io, kept }, meter) => {
  let newest: string | undefined;
  for await (const { eventTime } of events.search({ limit: 1, order: 'newest-first' }, meter)) newest = eventTime;
  return {
    deployment: options.deployment,
    isLocal: options.local === true || options.data !== undefined,
    version: ownVersion(),
    now: io.now().toISOString(),
    ...(newest !== undefined && { newest }),
    kept: await kept.read(),
  };
};
