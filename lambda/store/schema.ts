/**
 * The audit index as DynamoDB holds it: the one place that defines tables, keys and indexes. The CDK stacks, the local
 * runner, the writers and the queries all read it from here. Every key attribute is a string.
 */

/** A global secondary index. */
export interface IndexSchema {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  /**
   * What it holds beside the keys of the index and of the table; every attribute where this is absent. A write that
   * changes nothing of it costs nothing in the index.
   */
  readonly attributes?: readonly string[];
}

export interface TableSchema {
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly indexes: readonly IndexSchema[];
  /** The attribute with the epoch second after which DynamoDB deletes the row. */
  readonly timeToLiveAttribute?: string;
}

/** The indexes that the table of rows may have: a deployment says which it has. */
export const EVENT_INDEXES = {
  'by-actor': { name: 'by-actor', partitionKey: 'actor', sortKey: 'eventTime' },
  'by-action': { name: 'by-action', partitionKey: 'action', sortKey: 'eventTime' },
  'by-resource': { name: 'by-resource', partitionKey: 'resource', sortKey: 'eventTime' },
  'by-address': { name: 'by-address', partitionKey: 'address', sortKey: 'eventTime' },
  'by-credential': { name: 'by-credential', partitionKey: 'accessKeyId', sortKey: 'eventTime' },
  'by-error': { name: 'by-error', partitionKey: 'errorCode', sortKey: 'eventTime' },
  'by-day': { name: 'by-day', partitionKey: 'accountDay', sortKey: 'eventTime' },
} as const satisfies Record<string, IndexSchema>;

export type EventIndexName = keyof typeof EVENT_INDEXES;

/** The indexes that rows have where a deployment says nothing: each costs a write a row. */
export const DEFAULT_EVENT_INDEXES: readonly EventIndexName[] = ['by-actor', 'by-resource', 'by-day'];

/**
 * Rows of the events table that are not events, and that no index sees. They are the only rows of it that are ever
 * updated.
 */
export const EVENT_BOOKKEEPING = {
  /** The `eventID` of all of them. */
  partition: 'trailwarden',
  /** What their `part` is, or begins with. */
  parts: {
    /** `finding-day#2026-11-21#high`: a level and day that has findings. */
    findingDays: 'finding-day#',
    /** `slots#high#2026-11-21T14:03`: the alerts of a level that were sent in a minute. */
    publicationSlots: 'slots#',
  },
} as const;

/** Rows of the ledger that are neither log objects nor digests: the `object` of each kind. */
export const LEDGER_BOOKKEEPING = {
  /** The accounts and regions that objects came from. */
  accountRegions: 'account-regions',
  /** How far the digests of each chain came. */
  digestChains: 'digest-chains',
  /** When the deployment began. */
  deployment: 'deployment',
} as const;

/**
 * What the ledger's index holds of a log object or digest: what `status`, `redrive` and the digests' checks ask of many
 * of them. The rest of a row is read from the table.
 */
export const LEDGER_ENTRY_ATTRIBUTES = [
  'kind',
  'status',
  'records',
  'indexed',
  'rejected',
  'findings',
  'reason',
  'lastError',
  'sameAs',
  'backfill',
  'digestStatus',
  'digestStart',
  'unnotified',
] as const;

export const TIME_TO_LIVE_ATTRIBUTE = 'expiresAt';

export const TABLES = {
  events: {
    partitionKey: 'eventID',
    sortKey: 'part',
    indexes: Object.values(EVENT_INDEXES),
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
  },
  segments: {
    partitionKey: 'partition',
    sortKey: 'item',
    indexes: [],
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
  },
  findings: {
    partitionKey: 'findingId',
    indexes: [
      { name: 'by-rule', partitionKey: 'ruleId', sortKey: 'eventTime' },
      { name: 'by-level-day', partitionKey: 'levelDay', sortKey: 'eventTime' },
      { name: 'by-actor', partitionKey: 'actor', sortKey: 'eventTime' },
      { name: 'by-alert', partitionKey: 'alertId', sortKey: 'eventTime' },
    ],
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
  },
  alerts: {
    partitionKey: 'alertId',
    // `state` is removed once nothing is left to do, so the index holds only the alerts that sweep must handle.
    indexes: [
      { name: 'by-state', partitionKey: 'state', sortKey: 'dueAt' },
      // Only alerts that a storm replaces have `collapsedInto`.
      { name: 'by-storm', partitionKey: 'collapsedInto', sortKey: 'alertId' },
    ],
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
  },
  suppressions: {
    partitionKey: 'suppressionId',
    indexes: [
      { name: 'by-rule', partitionKey: 'ruleId', sortKey: 'until' },
      { name: 'by-state', partitionKey: 'state', sortKey: 'until' },
    ],
  },
  ledger: {
    partitionKey: 'object',
    sortKey: 'version',
    indexes: [
      {
        name: 'by-account-region-day',
        partitionKey: 'accountRegionDay',
        sortKey: 'deliveredAt',
        attributes: LEDGER_ENTRY_ATTRIBUTES,
      },
      // Only chains whose next digest is expected have `state` and `dueAt`.
      { name: 'by-state', partitionKey: 'state', sortKey: 'dueAt' },
    ],
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
  },
  correlations: {
    partitionKey: 'group',
    sortKey: 'member',
    // Only groups that must be judged later have `dueShard` and `dueAt`.
    indexes: [{ name: 'by-due', partitionKey: 'dueShard', sortKey: 'dueAt' }],
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
  },
} as const satisfies Record<string, TableSchema>;

export type TableName = keyof typeof TABLES;

/** The physical name of a table: `trailwarden-events` for the deployment `trailwarden`. */
export function tableName(deployment: string, table: TableName): string {
  return `${deployment}-${table}`;
}
