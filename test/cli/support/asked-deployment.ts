import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import type { Finding } from '../../../lambda/findings/finding.ts';
import type { JsonObject } from '../../../lambda/shared/json.ts';
import { FindingDaysWriter } from '../../../lambda/store/findings/finding-days.ts';
import { FindingTable } from '../../../lambda/store/findings/finding-table.ts';
import { Ledger } from '../../../lambda/store/ledger/ledger.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../support/embedded-aws.ts';
import { indexEvents, NOW } from '../../support/index-events.ts';
import { logObjectKey } from '../../support/records.ts';

/** A deployment that commands ask, through the environment alone: as they would ask one in AWS. */
export interface AskedDeployment {
  readonly aws: EmbeddedAws;
  /** The options that name it. */
  readonly args: readonly string[];
  /** Puts a log object into the bucket and indexes it, as ingest does. Returns its key. */
  put(records: readonly JsonObject[]): Promise<string>;
  /** The same of a log object that is written out. */
  putText(json: string): Promise<string>;
  record(finding: Finding, alertId?: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startAskedDeployment(): Promise<AskedDeployment> {
  const aws = await startEmbeddedAws();
  const { clients, resources } = aws;
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  const { tables, buckets, deployment } = resources;
  const ledger = new Ledger(documents, tables.ledger);
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: aws.endpoints.dynamodb,
    AWS_ENDPOINT_URL_S3: aws.endpoints.s3,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'embedded',
    AWS_SECRET_ACCESS_KEY: 'embedded',
  };
  const before = { ...process.env };
  Object.assign(process.env, environment);
  const putText = async (json: string): Promise<string> => {
    const { Records: records }: { Records: JsonObject[] } = JSON.parse(json);
    const key = logObjectKey();
    const Body = gzipSync(json);
    const bucket = buckets.logs;
    await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    const { ETag = '' } = await clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const version = ETag.replaceAll('"', '');
    const events = records.map((record, index) => {
      const result = readEvent(record, { bucket, key, version, index });
      if (!result.ok) throw new Error(result.reason);
      return result.event;
    });
    await indexEvents(documents, tables.segments, events);
    const content = Buffer.from(json);
    await ledger.close(
      { bucket, key, version },
      {
        now: NOW,
        records: records.length,
        indexed: records.length,
        rejected: 0,
        findings: 0,
        rejections: [],
        content: { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length },
      },
      { resumedAt: undefined },
    );
    return key;
  };
  return {
    aws,
    args: ['--deployment', deployment, '--zone', 'UTC'],
    put: (records) => putText(JSON.stringify({ Records: records })),
    putText,
    record: async (finding, alertId) => {
      const days = new FindingDaysWriter({ client: documents, eventsTable: tables.events });
      await days.note(finding.level, finding.eventTime);
      await new FindingTable(documents, tables.findings).record(
        finding,
        alertId === undefined ? { recordedOnly: true } : { alertId, windowMinutes: 15 },
        NOW,
      );
    },
    stop: async () => {
      for (const name of Object.keys(environment)) {
        const value = before[name];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await aws.stop();
    },
  };
}
