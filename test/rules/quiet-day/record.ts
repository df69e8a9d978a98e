import { ACCOUNT, type Caller, REGION } from './callers.ts';

export type QuietRecord = Record<string, unknown> & { readonly eventTime: string };
export type Call = readonly [action: string, requestParameters?: object | null, more?: object];

let count = 0;

export function record(
  minute: number,
  caller: Caller,
  [action, requestParameters = null, more = {}]: Call,
): QuietRecord {
  const [source = '', eventName = ''] = action.split(':');
  count++;
  return {
    eventVersion: '1.11',
    eventID: `c0ffee00-0000-4000-8000-${String(count).padStart(12, '0')}`,
    eventTime: `${new Date(Date.UTC(2026, 10, 18) + minute * 60_000).toISOString().slice(0, 19)}Z`,
    userIdentity: caller.userIdentity,
    sourceIPAddress: caller.sourceIPAddress,
    userAgent: caller.userAgent,
    eventSource: `${source}.amazonaws.com`,
    eventName,
    awsRegion: REGION,
    requestParameters,
    responseElements: null,
    readOnly: /^(Get|List|Describe|Head|Lookup)/.test(eventName),
    eventType: 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
    recipientAccountId: ACCOUNT,
    ...caller.more,
    ...more,
  };
}

/** The calls one after the other, two seconds apart, from a minute of the day on. */
export function run(minute: number, caller: Caller, calls: readonly Call[]): QuietRecord[] {
  return calls.map((call, i) => record(minute + i / 30, caller, call));
}

/** The same calls again and again, all day. */
export function every(minutes: number, caller: Caller, calls: readonly Call[]): QuietRecord[] {
  return Array.from({ length: Math.floor(1440 / minutes) }, (_, i) => run(i * minutes, caller, calls)).flat();
}

export const DENIED = { errorCode: 'AccessDenied', errorMessage: 'User is not authorized to perform this operation' };
export const INSTANCES = Array.from({ length: 24 }, (_, i) => `i-0c0ffee0c0ffee0${String(i).padStart(2, '0')}`);
