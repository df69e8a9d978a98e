/** The group of the workload's correlation, and how its rows are keyed. */
export const SIGN_IN_RULE = '1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a03';
export const SIGN_IN_CORRELATION = '1b0a7c3e-9d1f-4a55-8f57-0d1c3f6e2a04';

export function groupOf(account: string): string {
  return `${SIGN_IN_CORRELATION}#${groupValuesOf(account)}`;
}

export function groupValuesOf(account: string): string {
  return JSON.stringify([account]);
}
