/** Physical names that hold nothing but the deployment's, for programs that don't load CDK: the command line. */

/** Every topic that a deployment may have. */
export const TOPICS = ['delivery', 'alerts', 'chat', 'critical', 'high', 'medium', 'low', 'operations'] as const;

export function topicName(deployment: string, topic: (typeof TOPICS)[number]): string {
  return `${deployment}-${topic}`;
}

export function queueName(
  deployment: string,
  queue: `${'logs' | 'digests' | 'channels'}${'' | '-dead-letter'}` | `channel-${string}`,
): string {
  return `${deployment}-${queue}`;
}
