/**
 * The action as IAM policies write it: `fsx:TagResource`. Service prefixes follow the Service Authorization Reference
 * where they differ from the event source.
 */
const SERVICE_PREFIXES: Readonly<Record<string, string>> = {
  'monitoring.amazonaws.com': 'cloudwatch',
  'email.amazonaws.com': 'ses',
  'tagging.amazonaws.com': 'tag',
  'streams.dynamodb.amazonaws.com': 'dynamodb',
  'dax.amazonaws.com': 'dax',
  'models.lex.amazonaws.com': 'lex',
  'runtime.lex.amazonaws.com': 'lex',
  'models-v2-lex.amazonaws.com': 'lex',
  'runtime.sagemaker.amazonaws.com': 'sagemaker',
  'bedrock-runtime.amazonaws.com': 'bedrock',
  'bedrock-agent.amazonaws.com': 'bedrock',
  'data.iot.amazonaws.com': 'iot',
  'application-insights.amazonaws.com': 'applicationinsights',
  'elasticloadbalancingv2.amazonaws.com': 'elasticloadbalancing',
};

/** `CreateFunction20150331v2` of Lambda, `CreateDistribution2020_05_31` of CloudFront: the API's version, not the action's name. */
const API_VERSION = /(?<=[a-z])20\d{2}_?\d{2}_?\d{2}(v\d+)?$/;

export function classifyAction(eventSource: string, eventName: string): string {
  const service = SERVICE_PREFIXES[eventSource] ?? eventSource.replace(/\.(amazonaws|aws)(\.com)?(\.cn)?$/, '');
  return `${service}:${eventName.replace(API_VERSION, '')}`;
}
