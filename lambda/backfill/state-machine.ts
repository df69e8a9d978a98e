/** What the state machine calls and reads. */
export interface BackfillParts {
  /** ARN of the function that lists. */
  readonly list: string;
  /** ARN of the function that reads a batch. */
  readonly batch: string;
  readonly workBucket: string;
  /** `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
}

/** Of Lambda itself, which a moment mends. */
const LAMBDA_ERRORS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
];

/**
 * The state machine in Amazon States Language (JSONPath). Its input is an `ExecutionInput`.
 *
 * A part of the list is made, its batches are read, and so on until nothing is left to be listed. A child is given a line
 * of the list as it stands. Neither ItemBatcher nor ResultWriter: batches are made by whoever knows their sizes, and what
 * came of them is told by the ledger and by a result object each. No catch either: an execution that fails says why, and
 * `resume` lists what it has left.
 */
export function backfillStates({ list, batch, workBucket, partition }: BackfillParts): object {
  return {
    Comment: 'Lists log objects that were there before, and reads them in batches',
    StartAt: 'List',
    States: {
      List: {
        Type: 'Task',
        Resource: list,
        Retry: [{ ErrorEquals: LAMBDA_ERRORS, IntervalSeconds: 5, MaxAttempts: 5, BackoffRate: 2 }],
        ResultPath: '$.listed',
        Next: 'AnyBatches',
      },
      AnyBatches: {
        Type: 'Choice',
        Choices: [{ Variable: '$.listed.batches', NumericGreaterThan: 0, Next: 'ReadBatches' }],
        Default: 'AnyMore',
      },
      ReadBatches: {
        Type: 'Map',
        Label: 'Batches',
        ItemReader: {
          Resource: `arn:${partition}:states:::s3:getObject`,
          ReaderConfig: { InputType: 'JSONL' },
          Parameters: { Bucket: workBucket, 'Key.$': '$.listed.key' },
        },
        MaxConcurrencyPath: '$.listed.maxConcurrency',
        ToleratedFailurePercentagePath: '$.listed.toleratedFailurePercentage',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          StartAt: 'ReadBatch',
          States: {
            ReadBatch: {
              Type: 'Task',
              Resource: batch,
              Retry: [
                { ErrorEquals: LAMBDA_ERRORS, IntervalSeconds: 2, MaxAttempts: 5, BackoffRate: 2 },
                // What is closed isn't read into the index again. A child ends after five minutes in any case.
                { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 10, MaxAttempts: 1, BackoffRate: 1 },
              ],
              End: true,
            },
          },
        },
        ResultPath: null,
        Next: 'AnyMore',
      },
      AnyMore: {
        Type: 'Choice',
        Choices: [{ Variable: '$.listed.isLast', BooleanEquals: true, Next: 'NoteWhatWasTaught' }],
        Default: 'GoOn',
      },
      GoOn: { Type: 'Pass', InputPath: '$.listed.next', ResultPath: '$.next', Next: 'List' },
      NoteWhatWasTaught: {
        Type: 'Task',
        Resource: list,
        Retry: [
          { ErrorEquals: LAMBDA_ERRORS, IntervalSeconds: 5, MaxAttempts: 5, BackoffRate: 2 },
          { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 10, MaxAttempts: 3, BackoffRate: 2 },
        ],
        ResultPath: '$.learnt',
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  };
}
