import {
  type CloudFormationClient,
  GetTemplateCommand,
  paginateListExports,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod';

const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** A resource of a deployed stack. */
export interface DeployedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly arn: string;
  /** As the template has them, with every reference replaced by what it refers to. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Place {
  readonly account: string;
  readonly region: string;
}

/** A stack that isn't there, or not all of it yet. */
export class NotDeployed extends Error {
  override readonly name = 'NotDeployed';
}

/** Reads a stack's template as it was deployed. @throws NotDeployed; Error for a reference that isn't known here. */
export async function readStack(
  client: CloudFormationClient,
  StackName: string,
  place: Place,
): Promise<readonly DeployedResource[]> {
  const TemplateBody = await templateOf(client, StackName);
  const { Resources } = templateSchema.parse(JSON.parse(TemplateBody));
  const physicalIds = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const { LogicalResourceId = '', PhysicalResourceId = '' } of StackResourceSummaries) {
      physicalIds.set(LogicalResourceId, PhysicalResourceId);
    }
  }
  const exported = new Map<string, string>();
  for await (const { Exports = [] } of paginateListExports({ client }, {})) {
    for (const { Name = '', Value = '' } of Exports) exported.set(Name, Value);
  }
  const idOf = (logicalId: string) => known(physicalIds.get(logicalId), `resource ${logicalId} of ${StackName}`);
  const arnOf = (logicalId: string) => arnFrom(known(Resources[logicalId], logicalId).Type, idOf(logicalId), place);
  const references: References = {
    ref: (name) => PSEUDO[name]?.(place) ?? idOf(name),
    attribute: (logicalId, attribute) => {
      if (attribute === 'Arn') return arnOf(logicalId);
      if (['QueueName', 'TopicName'].includes(attribute)) return arnOf(logicalId).split(':').at(-1) ?? '';
      throw new Error(`What is ${attribute} of ${logicalId}? Say it in test/deploy/policies/deployed-stack.ts.`);
    },
    imported: (name) => known(exported.get(name), `export ${name}`),
  };
  return Object.entries(Resources).map(([logicalId, { Type, Properties }]) => ({
    type: Type,
    logicalId,
    arn: arnOf(logicalId),
    properties: z.record(z.string(), z.unknown()).parse(resolve(Properties, references)),
  }));
}

async function templateOf(client: CloudFormationClient, StackName: string): Promise<string> {
  try {
    const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName }));
    return TemplateBody;
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) throw new NotDeployed(error.message);
    throw error;
  }
}

interface References {
  ref(name: string): string;
  attribute(logicalId: string, attribute: string): string;
  imported(name: string): string;
}

const PSEUDO: Readonly<Record<string, (place: Place) => string>> = {
  'AWS::AccountId': ({ account }) => account,
  'AWS::Region': ({ region }) => region,
  'AWS::Partition': () => 'aws',
  'AWS::URLSuffix': () => 'amazonaws.com',
};

function resolve(value: unknown, references: References): unknown {
  if (Array.isArray(value)) return value.map((member) => resolve(member, references));
  if (typeof value !== 'object' || value === null) return value;
  const [[name = '', inner] = []] = Object.entries(value);
  switch (name) {
    case 'Ref':
      return references.ref(z.string().parse(inner));
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = z.tuple([z.string(), z.string()]).parse(inner);
      return references.attribute(logicalId, attribute);
    }
    case 'Fn::ImportValue':
      return references.imported(z.string().parse(inner));
    case 'Fn::Join': {
      const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(inner);
      return parts.map((part) => resolve(part, references)).join(separator);
    }
    case 'Fn::Sub':
      return z
        .string()
        .parse(inner)
        .replaceAll(/\$\{([^}]+)\}/g, (_, reference: string) => references.ref(reference));
    default:
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member, references)]));
  }
}

/** What a resource's ARN is made of, where its physical id is none. */
function arnFrom(type: string, id: string, { account, region }: Place): string {
  if (id.startsWith('arn:')) return id;
  const here = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  switch (type) {
    case 'AWS::DynamoDB::GlobalTable':
      return here('dynamodb', `table/${id}`);
    case 'AWS::KMS::Key':
      return here('kms', `key/${id}`);
    case 'AWS::Lambda::Function':
      return here('lambda', `function:${id}`);
    case 'AWS::Logs::LogGroup':
      return here('logs', `log-group:${id}:*`);
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${id}`;
    case 'AWS::SQS::Queue':
      return here('sqs', id.split('/').at(-1) ?? '');
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${account}:role/${id}`;
    default:
      return id;
  }
}

function known<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new NotDeployed(`There is no ${what}.`);
  return value;
}
