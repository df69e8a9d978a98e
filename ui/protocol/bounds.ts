/** What the page may filter events by: the names of the command line's options. */
export const FILTER_NAMES = [
  'actor',
  'action',
  'access',
  'outcome',
  'resource',
  'address',
  'account',
  'region',
  'credential',
  'error',
  'kind',
  'session',
  'userAgent',
  'category',
  'network',
  'country',
  'asn',
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** Rows that are sent at once. */
export const MOST_ROWS = 5_000;

/** Findings that are counted and listed: beyond them the answer says "at least". */
export const MOST_FINDINGS = 5_000;
