import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { synthesize } from '../../lib/support/deployment.ts';
import { resources } from '../../lib/support/template.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';

/** What the AWS services that hold settings say. A test changes what it is about. */
export interface Settings {
  stackStatus: Record<string, string>;
  isProtected: boolean;
  version: string;
  trail: Record<string, unknown>;
  /** As the trail's stack says it. CloudTrail knows the trail by no other name. */
  trailArn: string;
  status: Record<string, unknown>;
  notifiedTopic: string;
  notificationFilter: string;
  /** Endpoint and ARN (or `PendingConfirmation`), by topic. */
  subscriptions: Record<string, readonly (readonly [string, string])[]>;
  policies: { bucket: string; topic: string; queue: string };
  functionState: string;
  /** By how much AWS's clock is behind this machine's. */
  clockBehindMs: number;
  /** Operations that are refused. */
  denied: readonly string[];
  /** Hears the user agent of each call of GetCallerIdentity. */
  onCaller: (userAgent: string) => Promise<void>;
}

/** The services that hold a deployment's settings, on loopback, as HTTP: the SDK reads their answers as it would AWS's. */
export interface SettingsServer {
  readonly settings: Settings;
  readonly endpoint: string;
  stop(): Promise<void>;
}

const DENIED = '<Error><Code>AccessDenied</Code><Message>not authorized</Message></Error>';

const SERVICES = ['CLOUDFORMATION', 'CLOUDTRAIL', 'LAMBDA', 'S3', 'SNS', 'SQS', 'STS'];

/** The variables by which the SDK finds it; DynamoDB isn't among them. */
export function settingsEnvironment({ endpoint }: SettingsServer): Readonly<Record<string, string>> {
  return Object.fromEntries(SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, endpoint]));
}

export function healthySettings(deployment: string, version: string, policies: Settings['policies']): Settings {
  const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
  const subscribed = (endpoint: string) => [endpoint, `${arn('sns', deployment)}:confirmed`] as const;
  return {
    stackStatus: Object.fromEntries(
      ['log-archive', 'data', 'audit', 'trail'].map((name) => [`${deployment}-${name}`, 'CREATE_COMPLETE']),
    ),
    isProtected: true,
    version,
    trail: {
      Name: deployment,
      LogFileValidationEnabled: true,
      IsMultiRegionTrail: true,
      KmsKeyId: arn('kms', 'key/1'),
    },
    trailArn: arn('cloudtrail', `trail/${deployment}`),
    status: { IsLogging: true, StartLoggingTime: 1_700_000_000, LatestDeliveryTime: Date.now() / 1000 - 120 },
    notifiedTopic: arn('sns', `${deployment}-delivery`),
    notificationFilter: '',
    subscriptions: {
      delivery: ['logs', 'digests'].map((name) => subscribed(arn('sqs', `${deployment}-${name}`))),
      ...Object.fromEntries(
        ['critical', 'high', 'medium', 'low', 'alerts', 'operations'].map((name) => [
          name,
          [subscribed('ops@example.com')],
        ]),
      ),
    },
    policies,
    functionState: 'Active',
    clockBehindMs: 0,
    denied: [],
    onCaller: async () => undefined,
  };
}

/** The policies of bucket, topic and queues as the app's templates have them, for a deployment with the default name. */
export function deployedPolicies({ logArchive, audit }: ReturnType<typeof synthesize>): Settings['policies'] {
  const documentOf = (found: Record<string, Record<string, unknown>>, id: string) =>
    JSON.stringify(found[id]?.PolicyDocument).replaceAll(
      /<(log-archive:)?DeliveryTopic>/g,
      `arn:aws:sns:${REGION}:${ACCOUNT}:trailwarden-delivery`,
    );
  return {
    bucket: documentOf(resources(logArchive, 'AWS::S3::BucketPolicy'), 'BucketPolicy'),
    topic: documentOf(resources(logArchive, 'AWS::SNS::TopicPolicy'), 'DeliveryTopicPolicy'),
    queue: documentOf(resources(audit, 'AWS::SQS::QueuePolicy'), 'LogQueuePolicy'),
  };
}

export async function startSettingsServer(settings: Settings): Promise<SettingsServer> {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const [, service = ''] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const url = new URL(request.url ?? '', 'http://localhost');
    const form = new URLSearchParams(body);
    const operation =
      request.headers['x-amz-target']?.toString().split('.').at(-1) ?? form.get('Action') ?? url.search + url.pathname;
    response.setHeader('date', new Date(Date.now() - settings.clockBehindMs).toUTCString());
    if (settings.denied.some((denied) => operation.includes(denied))) {
      const isJson = request.headers['x-amz-target'] !== undefined || service === 'lambda';
      response.writeHead(isJson ? 400 : 403, { 'x-amzn-errortype': 'AccessDeniedException' });
      response.end(
        isJson
          ? JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' })
          : service === 's3'
            ? DENIED
            : `<ErrorResponse>${DENIED}</ErrorResponse>`,
      );
      return;
    }
    if (service === 'sts') await settings.onCaller(request.headers['user-agent'] ?? '');
    const answer = answerTo(settings, service, operation, form, body);
    response.writeHead(answer === undefined ? 400 : 200);
    response.end(
      answer ??
        `<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id ${form.get('StackName')} does not exist</Message></Error></ErrorResponse>`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    settings,
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answerTo(
  settings: Settings,
  service: string,
  operation: string,
  form: URLSearchParams,
  body: string,
): string | undefined {
  switch (service) {
    case 'cloudtrail':
      if (JSON.parse(body).Name !== settings.trailArn) return undefined;
      return JSON.stringify(operation === 'GetTrail' ? { Trail: settings.trail } : settings.status);
    case 'lambda':
      return JSON.stringify({ State: settings.functionState, LastUpdateStatus: 'Successful', StateReason: 'a reason' });
    case 'sqs':
      return JSON.stringify(
        operation === 'GetQueueUrl'
          ? { QueueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${JSON.parse(body).QueueName}` }
          : { Attributes: { Policy: settings.policies.queue } },
      );
    case 's3':
      return operation.startsWith('?notification')
        ? `<NotificationConfiguration><TopicConfiguration><Topic>${settings.notifiedTopic}</Topic><Event>s3:ObjectCreated:*</Event>${settings.notificationFilter}</TopicConfiguration></NotificationConfiguration>`
        : settings.policies.bucket;
    case 'sns':
      return operation === 'GetTopicAttributes'
        ? topicAttributes(settings)
        : subscriptions(settings, form.get('TopicArn') ?? '');
    case 'sts':
      return `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/alice</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    default:
      return stack(settings, form.get('StackName') ?? '');
  }
}

function topicAttributes({ policies }: Settings): string {
  const policy = policies.topic.replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>Policy</key><value>${policy}</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>`;
}

function subscriptions(settings: Settings, topicArn: string): string {
  const members = (settings.subscriptions[topicArn.split('-').at(-1) ?? ''] ?? []).map(
    ([endpoint, arn]) => `<member><Endpoint>${endpoint}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`,
  );
  return `<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions>${members.join('')}</Subscriptions></ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`;
}

function stack({ stackStatus, isProtected, version, trailArn }: Settings, name: string): string | undefined {
  const status = stackStatus[name];
  if (status === undefined) return undefined;
  const [key, value] = name.endsWith('-trail') ? ['trailArn', trailArn] : ['version', version];
  const outputs = `<Outputs><member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member></Outputs>`;
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><StackStatus>${status}</StackStatus><EnableTerminationProtection>${isProtected}</EnableTerminationProtection>${outputs}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}
