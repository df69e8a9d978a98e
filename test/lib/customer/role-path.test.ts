import { parseConfig } from '../../../lib/config/config-file.ts';
import { existingSources, homeOf } from '../../../lib/config/existing-sources.ts';
import { readerArns } from '../../../lib/sources/source-readers.ts';

const readersWith = (settings: string): readonly string[] => {
  const config = parseConfig(
    `account: '111122223333'
region: eu-central-1
sources: [{ name: old, type: bucket, bucket: acme-cloudtrail, account: '444455556666' }]
${settings}`,
    'trailwarden.yaml',
  );
  return existingSources(config).flatMap((source) => readerArns(source, homeOf(config)));
};

test('owners of sources allow the functions by the roles that they have, below the path of the settings', () => {
  expect(readersWith('')).toContain('arn:aws:iam::111122223333:role/trailwarden-ingest-eu-central-1');
  const below = readersWith('roles: { path: /platform/ }');
  expect(below).toContain('arn:aws:iam::111122223333:role/platform/trailwarden-ingest-eu-central-1');
  expect(below.filter((arn) => !arn.includes(':role/platform/'))).toEqual([]);
});
