import * as z from 'zod';
import type { AskedRight, AwsCall } from './asked-right.ts';
import { rightsOfDynamoDb } from './rights-of-dynamodb.ts';
import { rightsOfS3 } from './rights-of-s3.ts';

const inputSchema = z.looseObject({
  QueueUrl: z.string().optional(),
  QueueName: z.string().optional(),
  TopicArn: z.string().optional(),
  SubscriptionArn: z.string().optional(),
  StackName: z.string().optional(),
  Name: z.string().optional(),
  SecretId: z.string().optional(),
  KeyId: z.string().optional(),
  executionArn: z.string().optional(),
  stateMachineArn: z.string().optional(),
});
type Input = z.infer<typeof inputSchema>;

/** Calls that everybody may make: "GetCallerIdentity: no permissions are required". */
const FREE = new Set(['sts:GetCallerIdentity']);

/**
 * The rights that a call asks for by itself; what its service does for it with a key isn't among them.
 * @throws Error for a call that isn't known here: a new one must say what it asks for.
 */
export function rightsOfCall(call: AwsCall): readonly AskedRight[] {
  const { service } = call;
  if (service === 's3') return rightsOfS3(call);
  if (service === 'lambda') return rightsOfLambda(call);
  const { operation, input } = readOperation(call);
  if (service === 'dynamodb') return rightsOfDynamoDb(call, operation);
  const action = `${PREFIXES[service] ?? service}:${operation}`;
  if (FREE.has(action)) return [];
  return [{ action, resource: resourceOf(call, action, input) }];
}

/** Where IAM's name of a service isn't the one that requests are signed for. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

function resourceOf({ account, region }: AwsCall, action: string, input: Input): string {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const service = action.slice(0, action.indexOf(':'));
  switch (service) {
    case 'sqs':
      return arn('sqs', input.QueueName ?? lastPart(input.QueueUrl));
    case 'sns':
      return input.TopicArn ?? input.SubscriptionArn ?? '*';
    case 'cloudformation':
      // The id at the end of a stack's ARN is in no policy.
      return arn('cloudformation', `stack/${input.StackName ?? ''}/id`);
    case 'cloudtrail':
      if (input.Name?.startsWith('arn:')) return input.Name;
      return input.Name === undefined ? '*' : arn('cloudtrail', `trail/${lastPart(input.Name)}`);
    case 'secretsmanager':
      return arn('secretsmanager', `secret:${input.SecretId ?? ''}-abcdef`);
    case 'ssm':
      return arn('ssm', `parameter/${(input.Name ?? '').replace(/^\//, '')}`);
    case 'states':
      return input.executionArn ?? input.stateMachineArn ?? '*';
    case 'kms':
      return input.KeyId?.startsWith('arn:') ? input.KeyId : arn('kms', `key/${input.KeyId ?? ''}`);
    default:
      throw new Error(`Which resource does ${action} ask for? Say it in test/deploy/proxy/rights-of-call.ts.`);
  }
}

function rightsOfLambda({ method, url, account, region }: AwsCall): readonly AskedRight[] {
  const [, name = '', what = ''] = /^\/\d{4}-\d{2}-\d{2}\/functions\/([^/]+)(?:\/(.*))?$/.exec(url.pathname) ?? [];
  const resource = `arn:aws:lambda:${region}:${account}:function:${lastPart(decodeURIComponent(name))}`;
  if (method === 'POST' && what === 'invocations') return [{ action: 'lambda:InvokeFunction', resource }];
  if (method === 'GET' && what === 'configuration') return [{ action: 'lambda:GetFunctionConfiguration', resource }];
  throw new Error(
    `Which rights does ${method} ${url.pathname} of Lambda ask for? Say it in test/deploy/proxy/rights-of-call.ts.`,
  );
}

/** JSON protocols name the operation in a header, the query protocol in the form, and the CBOR protocol in the path. */
function readOperation({ headers, url, body }: AwsCall): { readonly operation: string; readonly input: Input } {
  const target = headers['x-amz-target'];
  if (target !== undefined) {
    return {
      operation: target.slice(target.lastIndexOf('.') + 1),
      input: inputSchema.parse(JSON.parse(body.toString('utf8') || '{}')),
    };
  }
  const form = new URLSearchParams(body.toString('utf8'));
  const operation = form.get('Action');
  if (operation === null)
    throw new Error(`Which operation is ${url.pathname}? Say it in test/deploy/proxy/rights-of-call.ts.`);
  return { operation, input: inputSchema.parse(Object.fromEntries(form)) };
}

const lastPart = (name = ''): string => name.split(/[:/]/).at(-1) ?? '';
