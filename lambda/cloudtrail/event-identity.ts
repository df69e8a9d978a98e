import { hash } from 'node:crypto';

/** What tells events apart that share an eventID. */
export interface IdentityParts {
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly account: string;
}

/** 8 hex digits over time, source, name and recipient: eventIDs are unique only in theory. */
export function eventIdentity({ eventTime, eventSource, eventName, account }: IdentityParts): string {
  return hash('sha256', `${eventTime}\n${eventSource}\n${eventName}\n${account}`, 'hex').slice(0, 8);
}
