import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type ILayerVersion, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ServiceName } from '../../lambda/shared/metric-names.ts';
import { handlerCode } from '../bundle/handler-code.ts';
import { functionName, iamName, logGroupName } from '../config/resource-names.ts';

/** What every function of the deployment shares. */
export interface FunctionSettings {
  readonly deployment: string;
  readonly key: IKey;
  readonly rulesLayer: ILayerVersion;
  /** Databases of addresses, if there are any. */
  readonly placesLayer?: ILayerVersion;
  readonly logDays: number;
}

export interface AuditFunctionProps extends FunctionSettings {
  readonly name: ServiceName;
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  readonly environment: Record<string, string>;
  /** Whether it asks where events came from. */
  readonly readsPlaces?: boolean;
  /** All that the function may do, apart from writing its log: CDK's grants add nothing to it. */
  readonly statements: readonly PolicyStatement[];
}

/** The rule set's place in a function that has the rules layer. */
export const RULES_FILE = '/opt/rules.json';

/** What is known of addresses beside it, if there is anything. */
export const DIRECTORY_FILE = '/opt/directory.json';

/** The settings of `alerts.channels` beside it, if there are any. */
export const CHANNELS_FILE = '/opt/channels.json';

/** The sources that trails write to already, beside it too, if there are any. */
export const SOURCES_FILE = '/opt/sources.json';

/** A function with its bundle, log group and role. */
export class AuditFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: AuditFunctionProps) {
    super(scope, id);
    const { deployment, name, key } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: logGroupName(deployment, name),
      encryptionKey: key,
      // The configuration allows only the numbers of this enum.
      retention: props.logDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      roleName: iamName(deployment, name),
      description: `${deployment}: what ${name} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const writeLogs = new PolicyStatement({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    for (const statement of [writeLogs, ...props.statements]) {
      this.role.addToPrincipalPolicy(statement);
    }
    this.function = new NodejsFunction(this, 'Function', {
      functionName: functionName(deployment, name),
      description: props.description,
      code: handlerCode(name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      layers: [props.rulesLayer, ...(props.readsPlaces && props.placesLayer ? [props.placesLayer] : [])],
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Event sources would add permissions of their own. Here the list above is complete.
      role: this.role.withoutPolicyUpdates(),
      awsSdkConnectionReuse: false,
    });
    // The event source is tested when it is created, and needs the role's policy by then.
    this.function.node.addDependency(this.role.node.findChild('DefaultPolicy'));
  }
}
