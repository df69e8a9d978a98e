import type { ServiceName } from '../../lambda/shared/metric-names.ts';
import type { Home } from '../config/existing-sources.ts';
import type { ExistingSource } from '../config/source-settings.ts';

/** The functions that read log buckets. */
const READING_FUNCTIONS = [
  'ingest',
  'verify',
  'backfill-list',
  'backfill-batch',
] as const satisfies readonly ServiceName[];

/** Who reads a source's bucket, or assumes the role that does: the functions, and the people whom the settings name. */
export function readerArns(
  { readers }: ExistingSource,
  { deployment, account, region, partition, rolePath = '/' }: Home,
): string[] {
  const functions = READING_FUNCTIONS.map(
    (name) => `arn:${partition}:iam::${account}:role${rolePath}${deployment}-${name}-${region}`,
  );
  return [...functions, ...readers];
}

/** The account of a role or user. */
export function accountOfArn(arn: string): string {
  return arn.split(':')[4] ?? '';
}
