/** What the pack's placeholders are made from: the deployment's name, and `rules.placeholders` of the configuration. */
export interface PlaceholderSettings {
  readonly deployment?: string;
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  /** Buckets and keys of trails that are there already. */
  readonly logBuckets?: readonly string[];
  readonly logKeys?: readonly string[];
}

/** The regions that need no opting in, after "AWS Regions" of the AWS Account Management guide. */
const DEFAULT_REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-gov-*',
  'cn-*',
];

/** The placeholders that the pack's rules use with `expand`, and what belongs into each. Values are Sigma strings. */
export const PLACEHOLDERS = {
  allowed_regions: 'Regions where instances are run; by default those that need no opting in.',
  break_glass_roles: 'Roles for emergencies, by ARN: assuming one raises an alert.',
  deployment_roles: 'Roles and users that deploy all day, by ARN: their ordinary changes are no news.',
  log_buckets: 'Buckets with logs that somebody may want to be rid of.',
  log_keys: "ARNs or ids of the KMS keys that encrypt the trails' logs.",
  scanner_roles: 'Roles with which security scanners and audits read everything, by ARN.',
  trailwarden_deployment: "The deployment's name, with which the names of Trailwarden's own resources begin.",
  trusted_accounts: "Accounts with which things may be shared: the organization's own and its suppliers'.",
} as const;

/**
 * The values of every placeholder that the pack's rules use, by name: what is configured, and for the rest values with
 * which a rule works or stays silent. A configured list replaces the default. Names that the pack doesn't know pass
 * through, for the user's own rules.
 */
export function packPlaceholders({
  deployment = 'trailwarden',
  placeholders = {},
  logBuckets = [],
  logKeys = [],
}: PlaceholderSettings = {}): Record<string, readonly string[]> {
  const defaults: Record<keyof typeof PLACEHOLDERS, readonly string[]> = {
    allowed_regions: DEFAULT_REGIONS,
    break_glass_roles: ['*:role/*break-glass*', '*:role/*breakglass*'],
    deployment_roles: ['*:role/cdk-*-cfn-exec-role-*', '*:role/cdk-*-deploy-role-*'],
    log_buckets: [`${deployment}-logs-*`, 'aws-cloudtrail-logs-*', '*cloudtrail*', '*cloud-trail*', ...logBuckets],
    log_keys: logKeys,
    scanner_roles: [],
    trailwarden_deployment: [deployment],
    trusted_accounts: [],
  };
  return { ...defaults, ...placeholders };
}
