import type { Event, FilterRule, NotificationConfiguration } from '@aws-sdk/client-s3';

/** What a bucket announces to one destination. */
interface Announcement {
  readonly id: string | undefined;
  readonly destination: string;
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/** The announcement that is wanted: of new objects below a prefix, to a topic. */
export interface WantedNotification {
  readonly id: string;
  readonly topic: string;
  /** Where the keys begin. */
  readonly prefix: string;
}

const CREATED = 's3:ObjectCreated:*';

/** Whether a bucket announces every new object below the prefix to the topic, under whatever id. */
export function announcesTo(configuration: NotificationConfiguration, wanted: WantedNotification): boolean {
  return announcementsOf(configuration).some(
    ({ destination, events, prefix, suffix }) =>
      destination === wanted.topic && events.includes(CREATED) && wanted.prefix.startsWith(prefix) && suffix === '',
  );
}

/**
 * The destination that stands in the way: S3 refuses two notifications of one event whose prefixes and suffixes overlap.
 * One of the same id doesn't count: it is replaced.
 */
export function overlapping(configuration: NotificationConfiguration, wanted: WantedNotification): string | undefined {
  return announcementsOf(configuration).find(
    ({ id, events, prefix }) =>
      id !== wanted.id &&
      events.some((event) => event.startsWith('s3:ObjectCreated:')) &&
      (prefix.startsWith(wanted.prefix) || wanted.prefix.startsWith(prefix)),
  )?.destination;
}

/** The configuration with the wanted announcement in it, and all else as it was. */
export function withNotification(
  configuration: NotificationConfiguration,
  { id, topic, prefix }: WantedNotification,
): NotificationConfiguration {
  return {
    ...configuration,
    TopicConfigurations: [
      ...(configuration.TopicConfigurations ?? []).filter(({ Id }) => Id !== id),
      {
        Id: id,
        TopicArn: topic,
        Events: [CREATED],
        Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: prefix }] } },
      },
    ],
  };
}

/** The configuration without the announcement of an id. */
export function withoutNotification(configuration: NotificationConfiguration, id: string): NotificationConfiguration {
  const others = (configuration.TopicConfigurations ?? []).filter(({ Id }) => Id !== id);
  const { TopicConfigurations: _, ...rest } = configuration;
  return others.length === 0 ? rest : { ...rest, TopicConfigurations: others };
}

function announcementsOf(configuration: NotificationConfiguration): readonly Announcement[] {
  const {
    TopicConfigurations: topics = [],
    QueueConfigurations: queues = [],
    LambdaFunctionConfigurations: functions = [],
  } = configuration;
  return [
    ...topics.map((one) => ({ ...one, destination: one.TopicArn })),
    ...queues.map((one) => ({ ...one, destination: one.QueueArn })),
    ...functions.map((one) => ({ ...one, destination: one.LambdaFunctionArn })),
  ].map(({ Id, destination = 'an unknown destination', Events = [], Filter }) => ({
    id: Id,
    destination,
    events: Events satisfies readonly Event[],
    prefix: ruleOf(Filter?.Key?.FilterRules, 'prefix'),
    suffix: ruleOf(Filter?.Key?.FilterRules, 'suffix'),
  }));
}

/** S3 gives the names back with a capital letter. */
function ruleOf(rules: readonly FilterRule[] = [], name: 'prefix' | 'suffix'): string {
  return rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value ?? '';
}
