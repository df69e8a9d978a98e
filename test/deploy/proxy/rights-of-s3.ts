import type { AskedRight, AwsCall } from './asked-right.ts';

/** Questions about a bucket, by the query parameter that asks them. */
const ABOUT_A_BUCKET = new Map([
  ['notification', 's3:GetBucketNotification'],
  ['policy', 's3:GetBucketPolicy'],
  ['location', 's3:GetBucketLocation'],
]);

/** @throws Error for an operation that isn't known here. */
export function rightsOfS3({ method, url, account }: AwsCall): readonly AskedRight[] {
  const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const ofBucket = `arn:aws:s3:::${bucket}`;
  const context = { 's3:ResourceAccount': [account] };
  const asks = (action: string, resource: string): readonly AskedRight[] => [{ action, resource, context }];
  if (key !== '') {
    const object = `${ofBucket}/${key}`;
    if (method === 'PUT') return asks('s3:PutObject', object);
    if (method === 'GET' || method === 'HEAD') {
      return asks(url.searchParams.has('versionId') ? 's3:GetObjectVersion' : 's3:GetObject', object);
    }
  } else if (method === 'GET') {
    const asked = [...url.searchParams.keys()].find((name) => ABOUT_A_BUCKET.has(name));
    if (asked !== undefined) return asks(ABOUT_A_BUCKET.get(asked) ?? '', ofBucket);
    if (url.searchParams.has('versions')) return asks('s3:ListBucketVersions', ofBucket);
    if (url.searchParams.has('list-type')) return asks('s3:ListBucket', ofBucket);
  }
  throw new Error(
    `Which rights does ${method} ${url.pathname}${url.search} of S3 ask for? Say it in test/deploy/proxy/rights-of-s3.ts.`,
  );
}

/** What S3 asks for before it says that an object isn't there: whoever may not list is answered as if it were forbidden. */
export function rightsWhenMissing({ service, url, account }: AwsCall): readonly AskedRight[] {
  const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
  if (service !== 's3' || rest.join('/') === '') return [];
  return [
    { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: { 's3:ResourceAccount': [account] } },
  ];
}
