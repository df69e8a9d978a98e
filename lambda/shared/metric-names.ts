/** The namespace of the metrics that the functions write with their logs. */
export const METRIC_NAMESPACE = 'Trailwarden';

/**
 * The dimension that tells the metrics of two deployments in one region apart. Without it, the alarms of each would see
 * the other's values, and none would miss its own.
 */
export const DEPLOYMENT_DIMENSION = 'deployment';

/**
 * The functions that are deployed: `service` in their logs, and a dimension of their metrics. The code of `a-b` is in
 * lambda/a/b.
 */
export const SERVICES = {
  ingest: 'ingest',
  verify: 'verify',
  sweep: 'sweep',
  pack: 'pack',
  notify: 'notify',
  'backfill-list': 'backfill-list',
  'backfill-batch': 'backfill-batch',
} as const;

export type ServiceName = keyof typeof SERVICES;

/** `service` in the logs of all functions where they run on a laptop; their metrics go nowhere. */
export const LOCAL_SERVICE = 'local';

interface MetricFacts {
  readonly unit: 'Count' | 'Seconds';
  /** What one value counts or measures. */
  readonly counts: string;
  /** The functions that emit it. */
  readonly by: readonly ServiceName[];
  /** Those of them that emit it while nothing is wrong, so that CloudWatch bills it for the whole month. */
  readonly routinelyBy: readonly ServiceName[];
}

/**
 * Every metric of the functions: what is emitted, what an alarm watches, and what a test reads, is one of these.
 * A metric is emitted by `recordMetric` alone, which takes no other.
 */
export const METRICS = named({
  NotificationsUnreadable: {
    unit: 'Count',
    counts: 'messages in a queue that are none of the known notifications',
    by: ['ingest', 'verify'],
    routinelyBy: [],
  },
  ObjectsRefused: {
    unit: 'Count',
    counts: 'objects that a message named and that are not to be read, as they are in no log bucket',
    by: ['ingest', 'verify'],
    routinelyBy: [],
  },
  KeysUnknown: {
    unit: 'Count',
    counts: 'objects of a log bucket whose key is none of CloudTrail',
    by: ['ingest'],
    routinelyBy: [],
  },
  ObjectsGivenUp: {
    unit: 'Count',
    counts: 'log objects that went to the dead-letter queue, with a reason',
    by: ['ingest'],
    routinelyBy: [],
  },
  ObjectsClosed: {
    unit: 'Count',
    counts: 'log objects that were read to their end',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: ['ingest'],
  },
  ObjectsRejected: {
    unit: 'Count',
    counts: 'log objects whose content could not be read on; the records before the fault stand',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: [],
  },
  ObjectsSkipped: {
    unit: 'Count',
    counts: 'log objects that had been read before',
    by: ['ingest'],
    routinelyBy: [],
  },
  ObjectsContinued: {
    unit: 'Count',
    counts: 'runs that ended within a log object, which a later run reads on',
    by: ['ingest'],
    routinelyBy: [],
  },
  RecordsIndexed: {
    unit: 'Count',
    counts: 'records of a log object that are in the index',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: ['ingest'],
  },
  RecordsRejected: {
    unit: 'Count',
    counts: 'records of a log object that went to the quarantine bucket, with a reason',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: ['ingest'],
  },
  RecordsFailed: {
    unit: 'Count',
    counts: 'records of a log object whose processing threw; they are rejected records too',
    by: ['ingest'],
    routinelyBy: [],
  },
  RecordsRecovered: {
    unit: 'Count',
    counts: 'records of a quarantine copy that are in the index now',
    by: ['ingest'],
    routinelyBy: [],
  },
  Findings: {
    unit: 'Count',
    counts: 'findings of a log object or a quarantine copy',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: ['ingest'],
  },
  FirstSeenValuesLeftOut: {
    unit: 'Count',
    counts: 'new values that rules of type `first_seen` neither keep nor judge, because their group has 2,000 already',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: [],
  },
  IngestDelaySeconds: {
    unit: 'Seconds',
    counts: 'time from the writing of a log object, by its key, to the end of its reading',
    by: ['ingest'],
    routinelyBy: ['ingest'],
  },
  DirectoryFaults: {
    unit: 'Count',
    counts: 'files of networks and places that a function could not read: events go on without what they tell',
    by: ['ingest', 'backfill-batch'],
    routinelyBy: [],
  },
  BackfillObjectsLeft: {
    unit: 'Count',
    counts: 'objects that a batch of a backfill could not read: another try, or `backfill resume`, reads them',
    by: ['backfill-batch'],
    routinelyBy: [],
  },
  BackfillCorrelationsGivenUp: {
    unit: 'Count',
    counts: 'correlations that were not judged over a batch of a backfill, as too many of its events belong to them',
    by: ['backfill-batch'],
    routinelyBy: [],
  },
  DigestsGivenUp: {
    unit: 'Count',
    counts: 'digests that went to the dead-letter queue, with a reason',
    by: ['verify'],
    routinelyBy: [],
  },
  DigestsValid: {
    unit: 'Count',
    counts: 'digests whose signature and place in the chain hold',
    by: ['verify'],
    routinelyBy: ['verify'],
  },
  DigestsInvalid: {
    unit: 'Count',
    counts: 'digests whose signature or place in the chain does not hold',
    by: ['verify'],
    routinelyBy: [],
  },
  LogObjectsVerified: {
    unit: 'Count',
    counts: 'log objects that are as their digest says',
    by: ['verify'],
    routinelyBy: ['verify'],
  },
  LogObjectsModified: {
    unit: 'Count',
    counts: 'log objects with another content than their digest says',
    by: ['verify'],
    routinelyBy: ['verify'],
  },
  LogObjectsMissing: {
    unit: 'Count',
    counts: 'log objects that a digest names and that are not in the bucket',
    by: ['verify'],
    routinelyBy: ['verify'],
  },
  LogObjectsUnread: {
    unit: 'Count',
    counts: 'log objects that a digest names and that ingest has not read yet',
    by: ['verify'],
    routinelyBy: ['verify'],
  },
  NotificationsMissing: {
    unit: 'Count',
    counts: 'sources whose bucket does not announce its objects any more, at each check',
    by: ['verify'],
    routinelyBy: [],
  },
  SourceChecksFailed: {
    unit: 'Count',
    counts:
      'checks of a source, or listings of its digests, that could not be done; the next comes within half an hour',
    by: ['verify'],
    routinelyBy: [],
  },
  AlertsPublished: {
    unit: 'Count',
    counts: 'alerts that had stayed pending and were published by a run of sweep',
    by: ['sweep'],
    routinelyBy: ['sweep'],
  },
  AlertsFailed: {
    unit: 'Count',
    counts: 'alerts that some channel could not send in a run of sweep',
    by: ['sweep'],
    routinelyBy: ['sweep'],
  },
  AlertsPending: {
    unit: 'Count',
    counts: 'alerts that are pending at the end of a run of sweep',
    by: ['sweep'],
    routinelyBy: ['sweep'],
  },
  AlertChannelsGivenUp: {
    unit: 'Count',
    counts: 'channels of an alert that failed for a day and are not tried again',
    by: ['sweep'],
    routinelyBy: [],
  },
  ChannelMessagesFailed: {
    unit: 'Count',
    counts: 'attempts that a receiver of `alerts.channels` did not take; they are made again',
    by: ['notify'],
    routinelyBy: [],
  },
  ChannelMessagesGivenUp: {
    unit: 'Count',
    counts: 'messages that a receiver of `alerts.channels` did not take for a day; they are in the dead-letter queue',
    by: ['notify'],
    routinelyBy: [],
  },
  RowsUnreadable: {
    unit: 'Count',
    counts: 'a row that the function met and could not read; in sweep also all rows that are set aside, each minute',
    by: ['ingest', 'verify', 'sweep', 'backfill-batch'],
    routinelyBy: ['sweep'],
  },
  CorrelationsFired: {
    unit: 'Count',
    counts: 'correlations that fired in a run of sweep',
    by: ['sweep'],
    routinelyBy: ['sweep'],
  },
  CorrelationGroupsFailed: {
    unit: 'Count',
    counts: 'groups of correlations that a run of sweep could not judge',
    by: ['sweep'],
    routinelyBy: [],
  },
  SummariesPublished: {
    unit: 'Count',
    counts: 'summaries of closed windows that a run of sweep published',
    by: ['sweep'],
    routinelyBy: ['sweep'],
  },
  SummariesFailed: {
    unit: 'Count',
    counts: 'closed windows that a run of sweep could not sum up',
    by: ['sweep'],
    routinelyBy: [],
  },
  DigestsOverdue: {
    unit: 'Count',
    counts: 'digest chains that a run of sweep reported as overdue',
    by: ['sweep'],
    routinelyBy: ['sweep'],
  },
  NamesRefreshed: {
    unit: 'Count',
    counts: 'origins of names (Organizations, Identity Center) that a run of sweep had fetched whole',
    by: ['sweep'],
    routinelyBy: [],
  },
  NamesFailed: {
    unit: 'Count',
    counts: 'origins of names that a run of sweep could not fetch; it tries again in an hour',
    by: ['sweep'],
    routinelyBy: [],
  },
  PackDone: {
    unit: 'Count',
    counts: 'runs of pack after which nothing was due any more',
    by: ['pack'],
    routinelyBy: ['pack'],
  },
  PackFailures: {
    unit: 'Count',
    counts: 'page shards and days that a run of pack could not deal with',
    by: ['pack'],
    routinelyBy: [],
  },
  PagesWaiting: {
    unit: 'Count',
    counts: 'pages that were old enough to be packed at the end of a run of pack, and were too few or could not be',
    by: ['pack'],
    routinelyBy: ['pack'],
  },
  OldestPageSeconds: {
    unit: 'Seconds',
    counts: 'age of the oldest page that is in no segment; 0 where there is none',
    by: ['pack'],
    routinelyBy: ['pack'],
  },
  OldestSmallSegmentSeconds: {
    unit: 'Seconds',
    counts: 'age of the oldest small segment that is not merged; 0 where there is none',
    by: ['pack'],
    routinelyBy: ['pack'],
  },
  PagesUnreadable: {
    unit: 'Count',
    counts: 'pages that pack had to leave behind',
    by: ['pack'],
    routinelyBy: [],
  },
  EventsPacked: {
    unit: 'Count',
    counts: 'events that a run of pack put into segments',
    by: ['pack'],
    routinelyBy: ['pack'],
  },
  DoublesDropped: {
    unit: 'Count',
    counts: 'events that pages held and that were in a segment, or in another page, already',
    by: ['pack'],
    routinelyBy: [],
  },
});

export type MetricName = keyof typeof METRICS;

/** One of `METRICS`. */
export type OwnMetric = (typeof METRICS)[MetricName];

/** The metrics that a function emits. */
export type MetricOf<Service extends ServiceName> = {
  [Name in MetricName]: Service extends (typeof METRICS)[Name]['by'][number] ? (typeof METRICS)[Name] : never;
}[MetricName];

/** Metrics that CloudWatch bills every month, each function's for itself: those that are emitted while nothing is wrong. */
export const ROUTINE_METRICS: number = Object.values(METRICS).reduce(
  (sum, metric) => sum + metric.routinelyBy.length,
  0,
);

/** Gives each metric its key as its name. */
function named<const Table extends Readonly<Record<string, MetricFacts>>>(table: Table) {
  const entries = Object.entries(table).map(([name, facts]) => [name, { name, ...facts }]);
  // `fromEntries` knows of no single key: each has its own facts and its own name, as the line above makes them.
  return Object.fromEntries(entries) as {
    readonly [Name in keyof Table & string]: Table[Name] & { readonly name: Name };
  };
}
