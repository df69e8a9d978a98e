import { gunzipSync, gzipSync } from 'node:zlib';
import { readEvent } from '../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../lambda/cloudtrail/derived-fields.ts';
import { readDigest } from '../../lambda/cloudtrail/digest/digest.ts';
import { parseDigestKey } from '../../lambda/cloudtrail/digest/digest-key.ts';
import { checkDigest } from '../../lambda/cloudtrail/digest/digest-signature.ts';
import { hashContent } from '../../lambda/cloudtrail/log/content-hash.ts';
import { ContentFault, readLogObject } from '../../lambda/cloudtrail/log/log-object.ts';
import { parseObjectKey } from '../../lambda/cloudtrail/log/object-key.ts';
import { parseNotification } from '../../lambda/cloudtrail/log/object-notification.ts';
import { createDetector, type Detector, parseRules } from '../../lambda/detection/index.ts';
import { findingOf } from '../../lambda/findings/event-finding.ts';
import { eventRows } from '../../lambda/store/rows/event-row.ts';
import { record } from '../support/records.ts';
import { SignedTrail } from '../support/signed-trail.ts';

/** A parser that takes bytes from strangers. It may refuse them in its own way; it must not throw, hang or grow. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs, from which others are made. */
  readonly seeds: readonly Buffer[];
  /** Words of its language. */
  readonly words: readonly string[];
  run(bytes: Buffer): Promise<void> | void;
}

const LIMITS = { maxObjectBytes: 4 * 1024 * 1024, maxRecordBytes: 256 * 1024 };
const RECEIPT = { bucket: 'b', key: 'k', version: 'v', index: 0 };
const trail = new SignedTrail();
const { digest, logs } = trail.hour('eu-central-1');
const publicKey = trail.key('eu-central-1').publicKey;

const RULE = `
title: Everything at once
id: 7b1f5a5e-0c4f-4f0e-8f7a-6a52cf0fb001
logsource: {product: aws, service: cloudtrail}
detection:
  selection:
    eventName|startswith: 'Describe'
    userIdentity.type|contains|all: ['IAM', 'User']
    sourceIPAddress|cidr: 203.0.113.0/24
    userAgent|re: '^aws-cli/\\d+'
    requestParameters: null
  filter_one:
    - readOnly: false
    - errorCode|exists: true
  keywords: ['*Deny*', plain]
  condition: selection and not 1 of filter_* or keywords
level: high
---
title: Many
correlation:
  type: event_count
  rules: [7b1f5a5e-0c4f-4f0e-8f7a-6a52cf0fb001]
  group-by: [recipientAccountId]
  timespan: 10m
  condition: {gte: 3}
level: medium
`;

const detectorOf = (text: string): Detector => createDetector(parseRules([{ text }]).ruleSet);
const detector = detectorOf(RULE);

async function* stream(bytes: Buffer): AsyncGenerator<Buffer> {
  // In two parts: what is split across chunks must be read alike.
  const middle = Math.floor(bytes.length / 2);
  yield bytes.subarray(0, middle);
  yield bytes.subarray(middle);
}

async function readObject(bytes: Buffer): Promise<void> {
  const reading = readLogObject(stream(bytes), LIMITS);
  try {
    for await (const items of reading) for (const item of items) if ('value' in item) processRecord(item.value);
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
  }
}

function processRecord(value: unknown): void {
  const result = readEvent(value, RECEIPT);
  if (!result.ok) return;
  const { event } = result;
  for (const match of detector.match(event.record, derivedFields(event))) findingOf(event, match);
  eventRows(event, { rowDays: 1, now: new Date(0) });
}

const json = Buffer.from(JSON.stringify({ Records: [record(), record({ readOnly: false })] }));

const NOTIFICATIONS = [
  { s3Bucket: 'b', s3ObjectKey: ['AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/x.json.gz'] },
  {
    Records: [
      {
        eventName: 'ObjectCreated:Put',
        eventTime: '2026-11-20T00:00:00Z',
        s3: { bucket: { name: 'b' }, object: { key: 'AWSLogs%2F1+2', versionId: 'v' } },
      },
    ],
  },
  { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'b' }, object: { key: 'k%20' } } },
  { Type: 'Notification', Message: '{"s3Bucket":"b","s3ObjectKey":["k"]}', Timestamp: 't' },
  { Event: 's3:TestEvent' },
].map((value) => Buffer.from(JSON.stringify(value)));

const JSON_WORDS = ['{', '}', '[', ']', '"', ',', ':', 'null', 'true', '1e999', '\\u0000', '\\ud800', '\\', '-0', ' '];
const RECORD_WORDS = [
  ...JSON_WORDS,
  '"Records"',
  '"userIdentity"',
  '"__proto__"',
  '"constructor"',
  '"eventTime"',
  '"2026-11-20T14:03:00Z"',
  '"requestParameters"',
  'arn:aws:iam::111122223333:',
];

export const TARGETS: readonly FuzzTarget[] = [
  { name: 'log object, uncompressed', seeds: [json], words: RECORD_WORDS, run: readObject },
  {
    name: 'log object, gzipped after the change',
    seeds: [json],
    words: RECORD_WORDS,
    run: (b) => readObject(gzipSync(b)),
  },
  {
    name: 'log object, changed after gzip',
    seeds: [gzipSync(json), Buffer.concat([gzipSync(json), gzipSync(json)])],
    words: ['\u001f\u008b', '\b', '\u0000'],
    run: async (bytes) => {
      await readObject(bytes);
      await hashContent(stream(bytes), LIMITS.maxObjectBytes);
    },
  },
  {
    name: 'notification',
    seeds: NOTIFICATIONS,
    words: [...JSON_WORDS, '%', '+', '%F0%28'],
    run: (b) => void parseNotification(b.toString()),
  },
  {
    name: 'object key',
    seeds: [digest.key, ...logs.map(({ key }) => key)].map((key) => Buffer.from(key)),
    words: [
      '/',
      '_',
      'AWSLogs/',
      'CloudTrail',
      '-Digest',
      'o-abcdefghij/',
      '.json.gz',
      '_backfill',
      '20261120T140500Z',
    ],
    run: (bytes) => {
      parseObjectKey(bytes.toString());
      parseDigestKey(bytes.toString());
    },
  },
  {
    name: 'digest',
    seeds: [gunzipSync(digest.body)],
    words: [...JSON_WORDS, '"logFiles"', '"previousDigestSignature"', '"SHA-256"'],
    run: (bytes) => {
      const reading = readDigest(bytes);
      if (!reading.ok) return;
      const { bucket, key, signature } = digest;
      const verdict = checkDigest(reading.digest, { foundAt: { bucket, key }, signature, publicKey });
      // Only what wasn't changed is valid.
      if (verdict.status === 'valid' && !bytes.equals(gunzipSync(digest.body)))
        throw new Error('a forged digest is valid');
    },
  },
  {
    name: 'Sigma rules',
    seeds: [Buffer.from(RULE)],
    words: [
      '|re',
      '|cidr',
      '|base64offset',
      '|all',
      '*',
      '?',
      '\\',
      '1 of them',
      '(',
      ')',
      'not ',
      '&a',
      '*a',
      '---\n',
      '\n  ',
      ': ',
      '- ',
      '|fieldref',
      '{gte: 1}',
    ],
    run: (bytes) => {
      const { ruleSet } = parseRules([{ text: bytes.toString() }]);
      createDetector(ruleSet).match(record());
    },
  },
];
