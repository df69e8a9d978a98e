import { join } from 'node:path';
import { Annotations, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DEFAULT_EVENT_INDEXES } from '../../lambda/store/schema.ts';
import { PlacesLayer, placedDatabases } from '../bundle/places-layer.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { checkDatabases, type DeployedContent, directoryContent, knowsAnything } from '../config/directory-content.ts';
import { existingSources, logSourcesOf } from '../config/existing-sources.ts';
import { projectVersion } from '../config/project-version.ts';
import type { CustomerResources } from '../customer/customer-resources.ts';
import { meetDemands } from '../customer/demands.ts';
import type { FunctionSettings } from '../functions/audit-function.ts';
import { Backfill } from '../functions/backfill.ts';
import { ChannelQueues } from '../functions/channel-queues.ts';
import { INGEST_TIMEOUT, Ingest } from '../functions/ingest-function.ts';
import { NotificationQueue } from '../functions/notification-queue.ts';
import { Notify } from '../functions/notify-function.ts';
import { MAX_LANES, Pack } from '../functions/pack.ts';
import { RulesLayer } from '../functions/rules-layer.ts';
import { Sweep } from '../functions/sweep-function.ts';
import { VERIFY_BATCHING_WINDOW, VERIFY_TIMEOUT, Verify } from '../functions/verify-function.ts';
import type { LogArchiveStack } from '../log-archive/log-archive-stack.ts';
import { AlertTopics } from '../stores/alert-topics.ts';
import type { DataStack } from '../stores/data-stack.ts';
import { Alarms } from './alarms.ts';
import { BackfillPolicy } from './backfill-policy.ts';
import { OperationsDashboard } from './operations-dashboard.ts';
import { OperatorPolicy } from './operator-policy.ts';
import { QueryPolicy } from './query-policy.ts';
import { SourceIntake } from './source-intake.ts';
import { SourcePolicy } from './source-policy.ts';
import { tellOfUnrecorded } from './unrecorded-events.ts';

export interface AuditStackProps extends StackProps {
  readonly config: DeploymentConfig;
  readonly logArchive: LogArchiveStack;
  readonly data: DataStack;
  /** What the app that this stack is in has made itself, in the place of what the stack would make. */
  readonly given?: CustomerResources;
  /** The folder of the default rules; the project's own unless said. */
  readonly defaultRules?: string;
}

const DEFAULT_RULES = join(import.meta.dirname, '../../rules');

/**
 * What reads the log archive: queues, functions, topics, alarms. It may write nothing into the archive, and holds nothing
 * that couldn't be made again.
 */
export class AuditStack extends Stack {
  /** Where alerts and alarms go. */
  readonly topics: AlertTopics;
  readonly alarms: Alarms;
  /** By their names, without the deployment's. */
  readonly functions: Readonly<Record<'ingest' | 'verify' | 'sweep' | 'pack', IFunction>>;
  /** New objects, for ingest and for verify, each with its dead-letter queue. */
  readonly queues: { readonly logs: NotificationQueue; readonly digests: NotificationQueue };
  /** For people's roles; attached to nobody here. */
  readonly policies: {
    readonly auditor: ManagedPolicy;
    readonly operator: ManagedPolicy;
    readonly backfill: ManagedPolicy;
  };

  constructor(
    scope: Construct,
    id: string,
    { config, logArchive, data, given, defaultRules, ...props }: AuditStackProps,
  ) {
    super(scope, id, {
      description: 'Trailwarden: audit index, detection and alerts',
      terminationProtection: config.protected,
      ...props,
    });
    const { deployment } = config;
    const { key, tables } = data;
    meetDemands(this, config);
    const topics = new AlertTopics(this, 'Topics', {
      deployment,
      key,
      alerts: config.alerts,
      ...(given?.topics !== undefined && { given: given.topics }),
    });
    const { deliveryTopic } = logArchive;
    const logQueue = new NotificationQueue(this, 'LogQueue', {
      deployment,
      name: 'logs',
      deliveryTopic,
      functionTimeout: INGEST_TIMEOUT,
    });
    const digestQueue = new NotificationQueue(this, 'DigestQueue', {
      deployment,
      name: 'digests',
      deliveryTopic,
      functionTimeout: VERIFY_TIMEOUT,
      batchingWindow: VERIFY_BATCHING_WINDOW,
    });
    const rulesLayer = new RulesLayer(this, 'Rules', {
      deployment,
      folders: [defaultRules ?? DEFAULT_RULES, ...config.rules.folders],
      rules: config.rules,
      channels: config.alerts.channels,
      sources: logSourcesOf(config),
      sourceKeys: existingSources(config).flatMap(({ key }) => key ?? []),
      ...(knowsAnything(config) && { directory: this.directory(config) }),
    });
    tellOfUnrecorded(this, rulesLayer.rules, config);
    const settings: FunctionSettings = {
      deployment,
      key,
      rulesLayer,
      placesLayer: this.places(config),
      logDays: config.functionLogDays,
    };
    const ingest = new Ingest(this, 'Ingest', {
      config,
      settings,
      queue: logQueue.queue,
      deadLetterQueue: logQueue.deadLetterQueue,
      logKey: logArchive.key,
      tables,
      topics,
    });
    const verify = new Verify(this, 'Verify', {
      config,
      settings,
      queue: digestQueue.queue,
      deadLetterQueue: digestQueue.deadLetterQueue,
      logQueue: logQueue.queue,
      logKey: logArchive.key,
      deliveryTopic,
      tables,
      topics,
    });
    if (existingSources(config).length > 0) {
      new SourceIntake(this, 'Sources', { config, logQueue, digestQueue });
      const sourcePolicy = new SourcePolicy(this, 'SourcePolicy', { config });
      new CfnOutput(this, 'sourcesPolicy', {
        value: sourcePolicy.managedPolicyArn,
        description: "For auditors' and operators' roles, beside their own: it reads the buckets of the sources",
      });
    }
    const sweep = new Sweep(this, 'Sweep', { config, settings, tables, topics });
    const lanes = Math.min(config.index.pageShards, MAX_LANES);
    const pack = new Pack(this, 'Pack', { config, settings, tables, lanes });
    const backfill = new Backfill(this, 'Backfill', { config, settings, logKey: logArchive.key, tables, topics });
    const channels = this.channels(config, settings, tables, topics);
    const alarms = new Alarms(this, 'Alarms', {
      config,
      deployment,
      ...(channels !== undefined && { channels }),
      hasSources: existingSources(config).length > 0,
      queue: logQueue,
      digestQueue,
      ingest: ingest.function,
      verify: verify.function,
      sweep: sweep.function,
      pack: pack.function,
      backfill: backfill.stateMachine,
      topics,
    });
    this.topics = topics;
    this.alarms = alarms;
    this.queues = { logs: logQueue, digests: digestQueue };
    this.functions = {
      ingest: ingest.function,
      verify: verify.function,
      sweep: sweep.function,
      pack: pack.function,
    };
    const functions = Object.values(this.functions);
    if (config.dashboard) {
      new OperationsDashboard(this, 'Dashboard', { config, alarms, queue: logQueue, digestQueue, functions });
    }
    const asked = { config, tables, key, logKey: logArchive.key };
    const queryPolicy = new QueryPolicy(this, 'QueryPolicy', asked);
    const operatorPolicy = new OperatorPolicy(this, 'OperatorPolicy', {
      ...asked,
      logQueue,
      digestQueue,
      topics,
      deliveryTopic,
      functions: [...functions, backfill.list.function, backfill.batch.function],
      ...(channels !== undefined && { notify: channels.notify }),
    });
    const backfillPolicy = new BackfillPolicy(this, 'BackfillPolicy', { config, key, backfill });
    this.policies = { auditor: queryPolicy, operator: operatorPolicy, backfill: backfillPolicy };
    this.tellOfIndexes(config.index.enabled);
    for (const [level, topic] of Object.entries({ ...topics.byLevel, operations: topics.operations })) {
      new CfnOutput(this, `${level}Topic`, { value: topic.topicArn, description: `Subscribe people to it: ${level}` });
    }
    new CfnOutput(this, 'alertsTopic', { value: topics.programs.topicArn, description: 'Subscribe programs to it' });
    if (topics.chat !== undefined) {
      new CfnOutput(this, 'chatTopic', { value: topics.chat.topicArn, description: 'Subscribe chat channels to it' });
    }
    new CfnOutput(this, 'version', { value: projectVersion(), description: 'Which Trailwarden this is' });
    new CfnOutput(this, 'auditorPolicy', { value: queryPolicy.managedPolicyArn, description: "For auditors' roles" });
    new CfnOutput(this, 'backfillPolicy', {
      value: backfillPolicy.managedPolicyArn,
      description: "For the roles of those who may run backfills: it holds nothing of the auditors'",
    });
    new CfnOutput(this, 'operatorPolicy', {
      value: operatorPolicy.managedPolicyArn,
      description: "For operators' roles, beside the auditors'",
    });
  }

  private directory(config: DeploymentConfig): DeployedContent {
    const content = directoryContent(config);
    return { ...content, databases: placedDatabases(content.databases) };
  }

  /** Only a deployment with databases of addresses has a layer for them. */
  private places({ deployment, networks }: DeploymentConfig) {
    if (networks.databases.length === 0) return undefined;
    return new PlacesLayer(this, 'Places', { deployment, databases: checkDatabases(networks) });
  }

  /** Only a deployment with channels of its own has queues and a function for them. */
  private channels(
    config: DeploymentConfig,
    settings: FunctionSettings,
    tables: DataStack['tables'],
    topics: AlertTopics,
  ) {
    if (config.alerts.channels.length === 0) return undefined;
    const queues = new ChannelQueues(this, 'ChannelQueues', { config, key: settings.key });
    const notify = new Notify(this, 'Notify', { config, settings, queues, tables, topics });
    return { deadLetterQueue: queues.deadLetterQueue, notify: notify.function };
  }

  private tellOfIndexes(enabled: readonly string[]): void {
    if (enabled.toSorted().join() === DEFAULT_EVENT_INDEXES.toSorted().join()) return;
    Annotations.of(this).addInfo(
      `Indexes of the events table: ${enabled.join(', ') || 'none'}. CloudFormation creates or deletes one index an ` +
        'update: deploy each change of index.enabled by itself.',
    );
  }
}
