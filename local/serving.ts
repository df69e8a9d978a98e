import { REGION } from './emulators/endpoints.ts';
import type { Functions } from './functions.ts';
import type { LocalAws } from './local-aws.ts';
import { startPipeline } from './pipeline.ts';
import type { Screen } from './screen.ts';
import { type ReceivedAlert, receiveAlerts } from './subscriber.ts';

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
    onBatch: ({ succeeded, failed }) => {
      const repeated = failed > 0 ? `, ${failed} failed and come back` : '';
      screen.line(`${clock()}  notifications dealt with: ${succeeded}${repeated}`);
    },
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

function showAlert({ colors, line }: Screen, { form, subject }: ReceivedAlert): void {
  if (form === 'text') line(`${clock()}  ${colors.bold(subject)}`);
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
