import type { EventSummary } from './summary.ts';

/**
 * The columns of text, in the order in which they stand: neighbours that say nearly the same compress best.
 * A column is never taken out or moved within a version of the format.
 */
const TEXT_COLUMNS = {
  eventSource: ({ eventSource }) => eventSource,
  eventName: ({ eventName }) => eventName,
  action: ({ action }) => action,
  access: ({ access }) => access,
  category: ({ category }) => category,
  outcome: ({ outcome }) => outcome,
  errorCode: ({ errorCode }) => errorCode,
  errorMessage: ({ errorMessage }) => errorMessage,
  account: ({ account }) => account,
  awsRegion: ({ awsRegion }) => awsRegion,
  actor: ({ actor }) => actor,
  actorKind: ({ actorKind }) => actorKind,
  actorName: ({ actorName }) => actorName,
  via: ({ via }) => via,
  session: ({ session }) => session,
  accessKeyId: ({ accessKeyId }) => accessKeyId,
  credential: ({ credential }) => credential,
  mfa: ({ mfa }) => (mfa === undefined ? undefined : String(mfa)),
  console: ({ console }) => (console ? 'true' : undefined),
  address: ({ address }) => address,
  sourceIPAddress: ({ sourceIPAddress }) => sourceIPAddress,
  userAgent: ({ userAgent }) => userAgent,
  resourcesCut: ({ resourcesCut }) => (resourcesCut ? 'true' : undefined),
  bucket: ({ receipt }) => receipt.bucket,
  key: ({ receipt }) => receipt.key,
  version: ({ receipt }) => receipt.version,
} as const satisfies Record<string, (summary: EventSummary) => string | undefined>;

/**
 * Columns of what a deployment knows beside the records: behind all others, and only in blocks that have a value of them. So a
 * deployment that knows nothing writes what earlier versions read.
 */
const KNOWN_COLUMNS = {
  network: ({ network }) => network,
  country: ({ country }) => country,
  asn: ({ asn }) => asn,
  asnName: ({ asnName }) => asnName,
  accountName: ({ accountName }) => accountName,
  accountOu: ({ accountOu }) => accountOu,
  userName: ({ userName }) => userName,
} as const satisfies Record<string, (summary: EventSummary) => string | undefined>;

export type TextColumnName = keyof typeof TEXT_COLUMNS | keyof typeof KNOWN_COLUMNS;

const ALL_COLUMNS = { ...TEXT_COLUMNS, ...KNOWN_COLUMNS };
export const COLUMN_NAMES = Object.keys(ALL_COLUMNS) as readonly TextColumnName[];
/** How many of them every block has. */
export const ALWAYS = Object.keys(TEXT_COLUMNS).length;
export const TEXTS_OF: readonly ((summary: EventSummary) => string | undefined)[] = Object.values(ALL_COLUMNS);
export const COLUMN_NUMBERS = Object.fromEntries(COLUMN_NAMES.map((name, number) => [name, number])) as Readonly<
  Record<TextColumnName, number>
>;
