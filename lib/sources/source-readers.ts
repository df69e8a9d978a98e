import type { Home } from '../config/existing-sources.ts';
import type { ExistingSource } from '../config/source-settings.ts';

/** Who reads a source's bucket, or assumes the role that does: the functions, and the people whom the settings name. */
export function readerArns(
  { readers }: ExistingSource,
  { deployment, account, region, partition, rolePath = '/' }: Home,
): string[] {
  const functions = ['ingest', 'verify'].map(
    (name) => `arn:${partition}:iam::${account}:role${rolePath}${deployment}-${name}-${region}`,
  );
  return [...functions, ...readers];
}

/** The account of a role or user. */
export function accountOfArn(arn: string): string {
  return arn.split(':')[4] ?? '';
}
