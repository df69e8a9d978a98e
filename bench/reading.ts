import { gunzipSync, gzipSync } from 'node:zlib';
import { readEvent } from '../lambda/cloudtrail/cloudtrail-event.ts';
import { DEFAULT_MAX_RECORD_BYTES, readLogObject } from '../lambda/cloudtrail/log/log-object.ts';
import { rowBytes } from '../lambda/store/dynamo/row-size.ts';
import { eventRows } from '../lambda/store/rows/event-row.ts';

/** What one stage of reading costs, over the same object. */
export interface ReadingRow {
  name: string;
  microsecondsPerRecord: number;
  /** As a part of the floor: gunzip, decode and JSON.parse of the whole object at once. */
  ratioToFloor: number;
}

const RECORDS = 20_000;
const ROUNDS = 5;
const LIMITS = { maxObjectBytes: 2 ** 31, maxRecordBytes: DEFAULT_MAX_RECORD_BYTES };
const ROWS = { rowDays: 30, now: new Date() };

function makeObject(): Buffer {
  const records = Array.from({ length: RECORDS }, (_, index) => ({
    eventVersion: '1.09',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:session-${index % 97}`,
      arn: `arn:aws:sts::111122223333:assumed-role/Deploy/session-${index % 97}`,
      accountId: '111122223333',
      accessKeyId: `ASIAEXAMPLE${String(index % 97).padStart(9, '0')}`,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAEXAMPLE',
          arn: 'arn:aws:iam::111122223333:role/Deploy',
          accountId: '111122223333',
          userName: 'Deploy',
        },
        attributes: { creationDate: '2026-11-20T13:00:00Z', mfaAuthenticated: 'false' },
      },
    },
    eventTime: new Date(Date.UTC(2026, 10, 20) + index * 4000).toISOString().replace('.000', ''),
    eventSource: 'ec2.amazonaws.com',
    eventName: index % 5 === 0 ? 'RunInstances' : 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: `203.0.113.${index % 250}`,
    userAgent: 'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.173.0',
    requestParameters: {
      instancesSet: { items: [{ instanceId: `i-${String(index).padStart(17, '0')}` }] },
      filterSet: { items: [{ name: 'tag:Name', valueSet: { items: [{ value: `web-${index % 13}` }] } }] },
    },
    responseElements: null,
    requestID: `11111111-2222-3333-4444-${String(index).padStart(12, '0')}`,
    eventID: `99999999-8888-7777-6666-${String(index).padStart(12, '0')}`,
    readOnly: index % 5 !== 0,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'ec2.eu-west-1.amazonaws.com',
    },
  }));
  return gzipSync(JSON.stringify({ Records: records }));
}

type Stage = (object: Buffer) => Promise<unknown>;

async function* asStream(object: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < object.length; start += 65_536) yield object.subarray(start, start + 65_536);
}

const floor: Stage = async (object) => JSON.parse(gunzipSync(object).toString('utf8'));

const stream: Stage = async (object) => {
  let records = 0;
  for await (const batch of readLogObject(asStream(object), LIMITS)) records += batch.length;
  return records;
};

const classify: Stage = async (object) => {
  let bytes = 0;
  for await (const batch of readLogObject(asStream(object), LIMITS)) {
    for (const item of batch) {
      if (!('value' in item)) continue;
      const result = readEvent(item.value, { bucket: 'b', key: 'k', version: 'v', index: item.index });
      if (result.ok) for (const row of eventRows(result.event, ROWS)) bytes += rowBytes(row);
    }
  }
  return bytes;
};

/** The stages of reading an object, against the floor, in one run. */
export async function benchReading(): Promise<ReadingRow[]> {
  const object = makeObject();
  const stages: [string, Stage][] = [
    ['floor: gunzip, decode, JSON.parse', floor],
    ['stream of records, with SHA-256', stream],
    ['the same, classified and made rows', classify],
  ];
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, stage] of stages) {
      const start = performance.now();
      await stage(object);
      best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, performance.now() - start));
    }
  }
  const base = best.get(stages[0]?.[0] ?? '') ?? 1;
  return [...best].map(([name, milliseconds]) => ({
    name,
    microsecondsPerRecord: Number(((milliseconds * 1000) / RECORDS).toFixed(2)),
    ratioToFloor: Number((milliseconds / base).toFixed(2)),
  }));
}
