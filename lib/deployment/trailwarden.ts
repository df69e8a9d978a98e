import { type Environment, Stack, Stage, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DeploymentConfig, DeploymentSettings } from '../config/config.ts';
import { checkSettings } from '../config/config-file.ts';
import { type CustomerResources, withResources } from '../customer/customer-resources.ts';
import { featureFlags } from './feature-flags.ts';
import { createStacks, type DeploymentStacks } from './stacks.ts';

/** The settings of trailwarden.yaml, all of them optional and with the same defaults: docs/configuration.md describes each. */
export type TrailwardenProps = DeploymentSettings & {
  /** Keys, topics and a boundary that the app has made itself. */
  readonly resources?: CustomerResources;
};

/**
 * A whole deployment in an app of your own: `new Trailwarden(this, 'Audit', { deployment: 'blue' })`.
 *
 * It makes four stacks, named `DEPLOYMENT-log-archive`, `-data`, `-audit` and `-trail`, below an app, a stage or a stack: what
 * must stay is apart from what can be made anew, and the command line finds them by these names. They go to the account
 * and region of the settings, or else of the stack or stage around them.
 */
export class Trailwarden extends Construct implements DeploymentStacks {
  /** The settings, with every default filled in. */
  readonly config: DeploymentConfig;
  /** Log bucket, its key, and the topic that announces each new file. */
  readonly logArchive: DeploymentStacks['logArchive'];
  /** Tables and their key, and the buckets for rejected records and backfills. */
  readonly data: DeploymentStacks['data'];
  /** Functions, queues, topics of alerts, alarms, and policies for people. */
  readonly audit: DeploymentStacks['audit'];
  /** The trail; none if every source is there already. */
  readonly trail?: DeploymentStacks['trail'];

  /**
   * @throws ConfigError with every problem of the settings, each with its path.
   * @throws RulesError if a rule can't be deployed.
   */
  constructor(scope: Construct, id: string, { resources = {}, ...settings }: TrailwardenProps = {}) {
    super(scope, id);
    const config = checkSettings({ ...placeOf(scope), ...settings }, this.node.path);
    this.config = withResources(config, resources);
    for (const [flag, value] of Object.entries(featureFlags())) this.node.setContext(flag, value);
    const { account, region } = config;
    const stacks = createStacks(this, this.config, { account, region }, resources);
    this.logArchive = stacks.logArchive;
    this.data = stacks.data;
    this.audit = stacks.audit;
    if (stacks.trail !== undefined) this.trail = stacks.trail;
  }
}

/** The account and region around a construct, as far as they are known while the app is synthesized. */
function placeOf(scope: Construct): Environment {
  const stack = scope.node.scopes.findLast(Stack.isStack);
  const stage = Stage.of(scope);
  const [account, region] = [stack?.account ?? stage?.account, stack?.region ?? stage?.region];
  return {
    ...(account !== undefined && !Token.isUnresolved(account) && { account }),
    ...(region !== undefined && !Token.isUnresolved(region) && { region }),
  };
}
