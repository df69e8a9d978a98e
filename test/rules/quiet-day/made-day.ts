import { ACCOUNT, type Caller } from './callers.ts';
import { HABITS } from './habits.ts';
import { type QuietRecord, record, run } from './record.ts';

/** Root signs in, which alerts, and pages of the console read on. */
const ROOT: Caller = {
  userIdentity: {
    type: 'Root',
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLEQUIETDAY9',
  },
  sourceIPAddress: '198.51.100.30',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
};
const CONSOLE = { sessionCredentialFromConsole: 'true' };

export const ROOT_SIGN_IN: QuietRecord = record(600, ROOT, [
  'signin:ConsoleLogin',
  null,
  {
    eventType: 'AwsConsoleSignIn',
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'Yes' },
  },
]);

export const ROOT_PAGES: readonly QuietRecord[] = run(601, ROOT, [
  ['iam:GetAccountSummary', null, CONSOLE],
  ['iam:ListUsers', {}, CONSOLE],
  ['iam:ListMFADevices', {}, CONSOLE],
  ['ec2:DescribeRegions', {}, CONSOLE],
  ['organizations:DescribeOrganization', null, CONSOLE],
  ['ce:GetCostAndUsage', { granularity: 'MONTHLY' }, { ...CONSOLE, readOnly: true }],
  ['support:DescribeCases', {}, CONSOLE],
  ['iam:CreateServiceLinkedRole', { aWSServiceName: 'support.amazonaws.com' }, CONSOLE],
]);

/** An ordinary day, drawn: the same for the same seed, in the order of time. */
export function madeDay(seed: number, length: number): readonly QuietRecord[] {
  const random = generator(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item; // none is empty
  const callers = HABITS.flatMap((habit) => Array.from({ length: habit.weight }, () => habit));
  return Array.from({ length }, () => {
    const { caller, calls } = pick(callers);
    return record(random() * 1440, caller, pick(calls));
  }).toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
}

/** Numbers from 0 to below 1: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
