import type { HistoryFilter } from '../../../local/history/history-file.ts';

/** LookupEvents takes one of them at a time. */
export interface FilterOptions {
  readonly credential?: string;
  readonly name?: string;
  readonly user?: string;
  readonly writes?: true;
}

/** What CloudTrail is to give alone; undefined for everything. */
export function filterOf({ credential, name, user, writes }: FilterOptions): HistoryFilter | undefined {
  if (credential !== undefined) return { key: 'AccessKeyId', value: credential };
  if (name !== undefined) return { key: 'EventName', value: name };
  if (user !== undefined) return { key: 'Username', value: user };
  return writes ? { key: 'ReadOnly', value: 'false' } : undefined;
}
