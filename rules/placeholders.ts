/** What the pack's `expand` placeholders are made from: the deployment's name, and `rules.placeholders` of the configuration. */
export interface PlaceholderSettings {
  readonly deployment?: string;
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
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

/**
 * The values of every placeholder that the pack's rules use, by name: what is configured, and for the rest values with
 * which a rule works or stays silent. A configured list replaces the default. Names that the pack doesn't know pass
 * through, for the user's own rules.
 */
export function packPlaceholders({
  deployment = 'trailwarden',
  placeholders = {},
}: PlaceholderSettings = {}): Record<string, readonly string[]> {
  return {
    /** Regions where instances are run: by default those that are on in every account of their partition. */
    allowed_regions: DEFAULT_REGIONS,
    /** Roles for emergencies, by ARN: using one raises an alert. */
    break_glass_roles: ['*:role/*break-glass*', '*:role/*breakglass*'],
    /** Roles and users by ARN that deploy code all day: their changes of functions are no news. */
    deployment_roles: [],
    /** Buckets that hold logs which somebody may want to be rid of. */
    log_buckets: [`${deployment}-logs-*`, 'aws-cloudtrail-logs-*', '*cloudtrail*', '*cloud-trail*'],
    /** ARNs or ids of the KMS keys that encrypt the trails' logs. */
    log_keys: [],
    /** Accounts with which things may be shared: the organization's own, and its suppliers'. */
    trusted_accounts: [],
    /** The deployment's name, with which the names of all of Trailwarden's own resources begin. */
    trailwarden_deployment: [deployment],
    ...placeholders,
  };
}
