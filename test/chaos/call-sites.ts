/**
 * Every file of the functions that calls AWS, and with which commands. A new call fails the test that compares this with
 * the code: it belongs here, and its site below, once the workload reaches it.
 */
export const CALLS_OF_THE_FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  'alerts/publisher.ts': ['Publish'],
  'index/account-regions.ts': ['Put', 'paginateQuery'],
  'index/alert-table.ts': ['Get', 'Put', 'Update', 'paginateQuery'],
  'index/correlation-table.ts': ['Get', 'Put', 'TransactWrite', 'Update', 'paginateQuery'],
  'index/digest-chains.ts': ['Get', 'Put', 'Update', 'paginateQuery'],
  'index/digest-ledger.ts': ['Put', 'Update', 'paginateQuery'],
  'index/finding-table.ts': ['Put', 'Query', 'paginateQuery'],
  'index/known-days.ts': ['Query', 'Update'],
  'index/ledger.ts': ['Update'],
  'index/object-versions.ts': ['paginateQuery'],
  'index/publication-slots.ts': ['Update'],
  'index/row-writer.ts': ['BatchWrite', 'Put'],
  'index/shard-settings.ts': ['Get', 'Update'],
  'index/suppression-table.ts': ['Get', 'TransactWrite', 'paginateQuery'],
  'ingest/ingest.ts': ['SendMessage'],
  'ingest/object-source.ts': ['GetObject'],
  'ingest/quarantine.ts': ['PutObject'],
  'runtime/retry-delay.ts': ['ChangeMessageVisibility'],
  'verify/bucket.ts': ['GetObject', 'HeadObject'],
  'verify/list-public-keys.ts': ['ListPublicKeys'],
  'verify/rechecks.ts': ['SendMessage'],
  'verify/wiring.ts': ['SendMessage'],
};

/** Files that only the command line's questions use. */
export const CALLS_OF_QUESTIONS: readonly string[] = [
  'index/event-filter.ts',
  'index/event-query.ts',
  'index/partition.ts',
];

/** What the workload calls where nothing breaks: each of these is broken in every way. */
export const CALL_SITES: readonly string[] = [
  'BatchWriteItem events',
  'ChangeMessageVisibility logs',
  'GetItem correlations',
  'GetItem ledger',
  'GetObject digest',
  'GetObject log object',
  'GetObject quarantine',
  'HeadObject digest',
  'HeadObject log object',
  'ListPublicKeys',
  'Publish alerts',
  'Publish critical',
  'Publish high',
  'PutItem alerts',
  'PutItem correlations',
  'PutItem findings',
  'PutItem ledger',
  'PutObject quarantine',
  'Query alerts/by-state',
  'Query correlations',
  'Query correlations/by-due',
  'Query findings/by-alert',
  'Query ledger',
  'Query ledger/by-account-region-day',
  'Query ledger/by-state',
  'Query suppressions/by-rule',
  'SendMessage digests',
  'SendMessage logs',
  'TransactWriteItems correlations',
  'UpdateItem alerts',
  'UpdateItem correlations',
  'UpdateItem events',
  'UpdateItem ledger',
];
