import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createFindingQueries } from '../../lambda/store/findings/finding-query.ts';
import { DigestLedger } from '../../lambda/store/ledger/digest-ledger.ts';
import { Ledger } from '../../lambda/store/ledger/ledger.ts';
import { createEventQueries } from '../../lambda/store/questions/event-queries.ts';
import type { LocalAws } from '../deployment/local-aws.ts';
import { type AlertSummary, summarizeAlerts } from '../deployment/receive-alerts.ts';
import { readVouching, type Vouching } from '../digests/read-vouching.ts';
import type { UploadedFile } from '../input/upload-log-file.ts';
import { type Answer, readAnswers } from './read-answers.ts';
import { type Outcomes, readOutcomes } from './read-outcomes.ts';
import { type FindingSummary, summarizeFindings } from './summarize-findings.ts';

/** What a run has to show. */
export interface RunReport {
  /** What became of the objects of this run. */
  readonly outcomes: Outcomes;
  /** What the digests of this run say of them; absent if there were none. */
  readonly vouching?: Vouching;
  /** Everything that the tables hold, from earlier runs too. */
  readonly findings: FindingSummary;
  /** What was sent in this run. */
  readonly alerts: AlertSummary;
  /** From everything that the tables hold. */
  readonly answers: readonly Answer[];
}

/** Gathers what became of some objects from the ledger, the index and the subscriber's queue. */
export async function readRunReport(aws: LocalAws, objects: readonly UploadedFile[]): Promise<RunReport> {
  const { tables } = aws.resources;
  const documents = DynamoDBDocumentClient.from(aws.clients.dynamodb);
  const findingQueries = createFindingQueries(documents, tables);
  const ledger = new Ledger(documents, tables.ledger);
  const vouching = await readVouching(ledger, new DigestLedger(documents, tables.ledger), objects);
  const findings = await summarizeFindings(findingQueries);
  return {
    outcomes: await readOutcomes(ledger, objects),
    ...(vouching && { vouching }),
    findings,
    alerts: await summarizeAlerts(aws),
    answers: await readAnswers(createEventQueries(documents, tables), findings),
  };
}
