/** A list price: US dollars in us-east-1, without any free tier, discount or tax. */
export interface Price {
  readonly dollars: number;
  /** What that buys. */
  readonly per: string;
  /** The month in which the price was published so, `2026-08`. */
  readonly asOf: string;
}

/**
 * List prices of us-east-1, each with the month of the publication that it was taken from. docs/cost.md names them all;
 * AWS's own price pages have the last word.
 */
export const PRICES = {
  dynamodbWrites: { dollars: 0.625, per: 'million write request units', asOf: '2026-09' },
  dynamodbReads: { dollars: 0.125, per: 'million read request units', asOf: '2026-09' },
  dynamodbStorage: { dollars: 0.25, per: 'GB a month', asOf: '2026-08' },
  s3Puts: { dollars: 5, per: 'million PUT requests', asOf: '2026-06' },
  s3Gets: { dollars: 0.4, per: 'million GET requests', asOf: '2026-06' },
  sqsRequests: { dollars: 0.4, per: 'million requests', asOf: '2026-06' },
  snsPublishes: { dollars: 0.5, per: 'million publishes', asOf: '2026-06' },
  lambdaCompute: { dollars: 0.0000133334, per: 'GB-second on arm64', asOf: '2026-09' },
  lambdaRequests: { dollars: 0.2, per: 'million requests', asOf: '2026-09' },
  stateTransitions: { dollars: 25, per: 'million state transitions of Step Functions', asOf: '2026-03' },
  expressRequests: { dollars: 1, per: 'million Express executions', asOf: '2026-03' },
  expressDuration: { dollars: 0.00001667, per: 'GB-second of Express executions', asOf: '2026-03' },
  kmsKeys: { dollars: 1, per: 'key a month', asOf: '2026-06' },
  kmsRequests: { dollars: 3, per: 'million requests', asOf: '2026-06' },
  alarms: { dollars: 0.1, per: 'alarm a month', asOf: '2026-06' },
  metrics: { dollars: 0.3, per: 'custom metric a month', asOf: '2026-02' },
  logs: { dollars: 0.5, per: 'GB of log lines', asOf: '2026-06' },
  cloudwatchEvents: { dollars: 0.75, per: 'GB of CloudTrail events into CloudWatch', asOf: '2026-06' },
  cloudwatchStorage: { dollars: 0.03, per: 'GB a month in CloudWatch, compressed', asOf: '2026-06' },
} as const satisfies Readonly<Record<string, Price>>;
