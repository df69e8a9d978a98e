import { at, isJsonObject, type JsonObject, type JsonValue, textAt } from '../../shared/json.ts';
import { remembered } from '../../shared/remembered.ts';
import { isAggregated, summarizedNames } from '../record/aggregated-record.ts';
import { parseArn } from '../record/arn.ts';
import type { ReadRecord } from '../record/read-record.ts';
import { isSecretPath } from '../record/secrets.ts';

/** Resources of a record that are indexed at most. */
export const MAX_RESOURCES = 50;

/** Levels of nesting that are searched. CloudTrail's own records stay far below. */
const MAX_DEPTH = 24;

/** Longest identifier that counts as a resource: DynamoDB's partition keys have at most 2,048 bytes. */
const MAX_LENGTH = 1024;

export interface Resources {
  /** ARNs and ids as the record has them, each once, the most informative first. */
  readonly resources: readonly string[];
  /** The record names more than MAX_RESOURCES. */
  readonly cut: boolean;
}

/** Ids that AWS makes unique: `i-0123…`, `fs-…`, `subnet-…`. */
const UNIQUE_ID =
  /^(?:acl|ami|aki|ari|aws-eni|bun|cgw|cagw|dopt|eigw|eipalloc|eipassoc|eni|export|fl|fs|fsap|fsmt|fsvol|fsvolsnap|i|igw|import-ami|import|key|lgw|lt|nat|nacl|pcx|pl|r|rtb|rtbassoc|scb|sg|sgr|sir|snap|subnet|svm|tgw|tgw-attach|tgw-rtb|vgw|vol|vpc|vpce|vpce-svc|vpcs|vpn|backup|fsvol|dra|task)-[0-9a-zA-Z]{7,20}$/;

const MAX_UNIQUE_ID_LENGTH = 40;

function isUniqueId(text: string): boolean {
  // A look at the form is cheaper than an expression that tries sixty prefixes.
  return text.length <= MAX_UNIQUE_ID_LENGTH && text.includes('-') && UNIQUE_ID.test(text);
}

/** The same ids inside a sentence, for example in descriptions. */
const UNIQUE_ID_IN_TEXT = /\b(?:fs|fsmt|fsap|eni|i|vol|snap|sg|subnet|vpc|ami|nat|igw|rtb|vpce)-[0-9a-f]{7,17}\b/g;

/**
 * Members whose value names the resource itself, as the services spell them. A name is used without change, because its
 * service and region are in the event.
 */
const NAMING_MEMBERS: ReadonlySet<string> = new Set(
  [
    'accessPointId',
    'accessPointName',
    'alarmName',
    'apiId',
    'applicationId',
    'applicationName',
    'autoScalingGroupName',
    'bucket',
    'bucketName',
    'cacheClusterId',
    'clusterIdentifier',
    'clusterName',
    'clusterId',
    'configRuleName',
    'configurationRecorderName',
    'crawlerName',
    'dBClusterIdentifier',
    'dBClusterSnapshotIdentifier',
    'dBInstanceIdentifier',
    'dBSnapshotIdentifier',
    'databaseName',
    'deliveryStreamName',
    'detectorId',
    'detectorName',
    'distributionId',
    'documentName',
    'domainName',
    'endpointName',
    'eventBusName',
    'fileSystemId',
    'filterName',
    'flowLogId',
    'functionName',
    'gatewayName',
    'groupName',
    'guardrailIdentifier',
    'hostedZoneId',
    'identityPoolId',
    'imageId',
    'instanceId',
    'instanceProfileName',
    'jobName',
    'keyName',
    'launchTemplateId',
    'layerName',
    'loadBalancerName',
    'logGroupName',
    'meshName',
    'modelId',
    'mountTargetId',
    'networkInterfaceId',
    'nodegroupName',
    'notebookInstanceName',
    'organizationId',
    'parameterName',
    'pipelineName',
    'policyName',
    'queueName',
    'registryId',
    'repositoryName',
    'restApiId',
    'roleName',
    'routeName',
    'ruleName',
    'secretName',
    'securityGroupId',
    'serverId',
    'serverName',
    'snapshotId',
    'stackName',
    'stateMachineName',
    'streamName',
    'subnetId',
    'tableName',
    'topicName',
    'trailName',
    'userPoolId',
    'virtualGatewayName',
    'virtualNodeName',
    'virtualRouterName',
    'virtualServiceName',
    'volumeId',
    'vpcId',
    'workGroup',
    // The encryption context with which Amazon EFS calls AWS KMS.
    'aws:elasticfilesystem:filesystem:id',
  ].map((name) => name.toLowerCase()),
);

/** The user, role or policy is the resource only in IAM's own calls. Elsewhere it is a setting of another resource. */
const IAM_NAMING_MEMBERS: ReadonlySet<string> = new Set(['username', 'groupname', 'accesskeyid', 'serialnumber']);

/** Many services name the resource of a call in this way, at the top of the request. */
const NAME_OF_REQUEST = 'requestParameters.name';

/** The resource in the message of a refusal by IAM. The request itself is often left out then. */
const DENIED_RESOURCE = /on resource: (arn:[^\s*]+[^\s*/:])(?=\s|$)/;

/**
 * "IAM identifiers": a long-term key or that of a session. The id of a key that STS or sign-in issued is not a secret,
 * although secrets are beside it. It is needed to trace a session to its origin.
 */
const ACCESS_KEY_ID = /^A[KS]IA[A-Z0-9]{12,124}$/;

/** Members whose sentences are searched for ids. */
const DESCRIBING_MEMBERS: ReadonlySet<string> = new Set(['description']);

/**
 * Every resource that the event names: `resources[]`, ARNs and well-known ids in request, response and service details,
 * and a KMS encryption context. Values at secret paths are never read.
 */
export function classifyResources(read: ReadRecord, record: JsonObject): Resources {
  const found = new Collector(read.eventSource === 'iam.amazonaws.com');
  const listed = at(record, 'resources');
  if (Array.isArray(listed)) {
    for (const resource of listed) {
      const arn = at(resource, 'ARN') ?? at(resource, 'arn') ?? at(resource, 'resourceName');
      if (typeof arn === 'string') found.add(arn);
    }
  }
  const denied = read.errorMessage === undefined ? null : DENIED_RESOURCE.exec(read.errorMessage);
  if (denied?.[1] !== undefined) found.add(denied[1]);
  for (const part of ['serviceEventDetails', 'requestParameters', 'responseElements'] as const) {
    found.walk(at(record, part), part, '', 0);
  }
  if (isAggregated(record)) for (const arn of summarizedNames(record, 'resourceARN')) found.add(arn);
  const issued = textAt(record, 'responseElements', 'credentials', 'accessKeyId');
  if (issued !== undefined && ACCESS_KEY_ID.test(issued)) found.add(issued);
  return found.result();
}

type MemberKind = 'naming' | 'naming-in-iam' | 'describing' | 'other';

const kindOfMember = remembered((name): MemberKind => {
  const member = name.toLowerCase();
  if (NAMING_MEMBERS.has(member)) return 'naming';
  if (IAM_NAMING_MEMBERS.has(member)) return 'naming-in-iam';
  return DESCRIBING_MEMBERS.has(member) ? 'describing' : 'other';
});

function isArnAlone(text: string): boolean {
  return parseArn(text) !== undefined && !/\s/.test(text);
}

class Collector {
  readonly #resources = new Set<string>();
  readonly #iam: boolean;
  #cut = false;

  constructor(iam: boolean) {
    this.#iam = iam;
  }

  add(text: string): void {
    const resource = text.trim();
    if (resource === '' || resource.length > MAX_LENGTH || this.#resources.has(resource)) return;
    if (this.#resources.size >= MAX_RESOURCES) {
      this.#cut = true;
      return;
    }
    this.#resources.add(resource);
    // An ARN that ends in a unique id is also found by the id, because most other events name only the id.
    const id = parseArn(resource)?.resource.split('/').at(-1);
    if (id !== undefined && isUniqueId(id)) this.add(id);
  }

  walk(value: JsonValue | undefined, path: string, name: string, depth: number): void {
    if (depth > MAX_DEPTH || this.#cut) return;
    if (typeof value === 'string') this.#text(value, path, name);
    else if (Array.isArray(value)) for (const item of value) this.walk(item, path, name, depth + 1);
    else if (isJsonObject(value)) {
      for (const key of Object.keys(value)) this.walk(value[key], `${path}.${key}`, key, depth + 1);
    }
  }

  #text(value: string, path: string, name: string): void {
    if (value === '' || value.length > MAX_LENGTH) return;
    const kind = kindOfMember(name);
    if (isArnAlone(value) || isUniqueId(value) || this.#isNaming(kind, name, path)) {
      // Few texts come this far, and joining a path for the question takes longer than all else.
      if (!isSecretPath(path)) this.add(value);
    } else if (kind === 'describing') {
      const ids = value.match(UNIQUE_ID_IN_TEXT);
      if (ids !== null && !isSecretPath(path)) for (const id of ids) this.add(id);
    }
  }

  #isNaming(kind: MemberKind, name: string, path: string): boolean {
    return (
      kind === 'naming' || (this.#iam && kind === 'naming-in-iam') || (name === 'name' && path === NAME_OF_REQUEST)
    );
  }

  result(): Resources {
    return { resources: [...this.#resources], cut: this.#cut };
  }
}
