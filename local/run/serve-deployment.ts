import type { ToldOutcome } from '../../lambda/ingest/ingest.ts';
import { counted } from '../../lambda/shared/counted.ts';
import { printable } from '../../lambda/shared/printable.ts';
import type { LocalAws } from '../deployment/local-aws.ts';
import type { Functions } from '../deployment/local-functions.ts';
import { type ReceivedAlert, receiveAlerts } from '../deployment/receive-alerts.ts';
import { REGION } from '../emulators/endpoints.ts';
import { startPipeline } from './local-pipeline.ts';
import type { Screen } from './screen.ts';

export interface ServeTools {
  readonly functions: Functions;
  readonly screen: Screen;
  readonly onError: (error: unknown) => void;
  /** Ends serving. */
  readonly interrupted: AbortSignal;
}

const LONG_POLL_SECONDS = 20;

/** Says how to reach the embedded AWS, then deals with what is put into the log bucket and shows the alerts. */
export async function serve(aws: LocalAws, { functions, screen, onError, interrupted }: ServeTools): Promise<void> {
  showEndpoints(screen, aws);
  const pipeline = startPipeline(aws, {
    functions,
    onError,
  });
  try {
    while (!interrupted.aborted) {
      const alerts = await receiveAlerts(aws, LONG_POLL_SECONDS, interrupted).catch((error: unknown) => {
        if (!interrupted.aborted) throw error;
        return [];
      });
      for (const alert of alerts) showAlert(screen, alert);
    }
  } finally {
    await pipeline.finish();
  }
}

function showEndpoints(screen: Screen, { clients, resources }: LocalAws): void {
  const { endpoints } = clients;
  const { colors } = screen;
  screen.heading('Serving until you press Ctrl-C');
  screen.table(
    ['service', 'endpoint'],
    [
      ['S3, SNS, SQS', endpoints.s3],
      ['DynamoDB', endpoints.dynamodb],
    ],
  );
  screen.line();
  screen.line('  Put log files into the bucket, under the keys that CloudTrail gave them; other keys are left alone:');
  screen.line(
    colors.cyan(`  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=${REGION}
  aws s3 cp --endpoint-url ${endpoints.s3} --recursive AWSLogs s3://${resources.buckets.logs}/AWSLogs`),
  );
  screen.line();
}

/** A key has at most 1,024 characters, and a reason a few more. */
const LONGEST_LINE = 2_000;

/**
 * Shows what became of an object, on one line. Without a terminal, it shows only what was rejected or failed, because a
 * program asks the ledger.
 */
export function showOutcome({ colors, line }: Screen, told: ToldOutcome, isWatched: boolean): void {
  const { text, isGood } = describe(told);
  if (isGood && !isWatched) return;
  const shown = `${clock()}  ${printable(`${told.key}: ${text}`, LONGEST_LINE)}`;
  line(isGood ? shown : colors.yellow(shown));
}

function describe(told: ToldOutcome): { readonly text: string; readonly isGood: boolean } {
  if ('error' in told) return { text: `failed, and comes back: ${told.error}`, isGood: false };
  const { status, records, indexed, rejected, findings, reason } = told.outcome;
  switch (status) {
    case 'closed':
      return {
        text: `${counted(records, 'record')}, ${counted(findings, 'finding')}${rejected > 0 ? `, ${counted(rejected, 'record')} rejected` : ''}`,
        isGood: rejected === 0,
      };
    case 'rejected':
    case 'refused':
      return { text: `${status}: ${reason ?? 'no reason is known'}`, isGood: false };
    case 'recovered':
      return {
        text: `${indexed} of ${counted(records, 'quarantined record')}, ${counted(findings, 'finding')}`,
        isGood: true,
      };
    case 'skipped':
      return { text: 'known already', isGood: true };
    case 'continue':
      return { text: `${counted(records, 'record')} so far, goes on`, isGood: true };
  }
}

function showAlert({ colors, line }: Screen, { form, subject }: ReceivedAlert): void {
  if (form === 'text') line(`${clock()}  ${colors.bold(subject)}`);
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
