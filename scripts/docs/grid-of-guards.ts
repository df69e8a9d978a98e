import type { GridService } from './grid-services.ts';

/** Services that say who may do what, and those that watch. */
export const GUARDS: readonly GridService[] = [
  {
    name: 'IAM',
    sources: ['iam'],
    reasons: {
      'harm.expose': 'Who may use a role or a key is what persists; nothing of IAM itself is readable by the world.',
      'harm.take': 'Identities are listed, not data: rules on looking around (rules/discovery) have it.',
    },
  },
  {
    name: 'AWS STS',
    sources: ['sts'],
    reasons: {
      'harm.expose': 'Tokens go to the caller only.',
      'harm.destroy': 'A token can not be taken back by a call.',
      'harm.disarm': 'STS has no defence of its own; regions of it are a setting of IAM.',
      'harm.take': 'Tokens are a way in, which persists; what is taken with them is the other service’s.',
      'harm.spend': 'Calls are free.',
    },
  },
  {
    name: 'IAM Roles Anywhere',
    sources: ['rolesanywhere'],
    reasons: {
      'harm.expose': 'Trust in a certificate authority is what persists.',
      'harm.destroy': 'Deleting an anchor only locks machines out.',
      'harm.disarm': 'It guards nothing else.',
      'harm.take': 'It gives credentials, no data.',
      'harm.spend': 'Calls are free.',
    },
  },
  {
    name: 'IAM Identity Center',
    sources: ['sso', 'sso-directory', 'identitystore'],
    reasons: {
      'harm.expose': 'Access is given to named people: it persists.',
      'harm.take': 'It holds names of people only; fetching credentials is recorded by a rule on sign-in.',
      'harm.spend': 'It is free.',
    },
  },
  {
    name: 'Console sign-in',
    sources: ['signin'],
    reasons: {
      'harm.expose': 'A sign-in opens nothing to others.',
      'harm.destroy': 'Nothing can be deleted there.',
      'harm.disarm': 'Settings of sign-in belong to IAM and IAM Identity Center.',
      'harm.take': 'The session is the way in; its calls are those of other services.',
      'harm.spend': 'It is free.',
    },
  },
  {
    name: 'Account management',
    sources: ['account'],
    reasons: {
      'harm.expose': 'Nothing of it can be shared.',
      'harm.disarm': 'That contacts for security are changed counts as persisting; the rule tells both.',
      'harm.take': 'Contacts that are read are in rules/discovery.',
    },
  },
  {
    name: 'Billing and budgets',
    sources: [
      'billingconsole',
      'budgets',
      'ce',
      'billing',
      'payments',
      'savingsplans',
      'aws-marketplace',
      'agreement-marketplace',
    ],
    reasons: {
      'harm.expose': 'Bills can not be shared.',
      'harm.destroy': 'Deleting a budget takes a warning away: it disables a defence.',
      'harm.take': 'Costs that are read are in rules/account, as a rule on looking around.',
    },
  },
  {
    name: 'Service Quotas',
    sources: ['servicequotas'],
    reasons: {
      'harm.expose': 'Quotas can not be shared.',
      'harm.destroy': 'Quotas can not be lowered by a call.',
      'harm.disarm': 'A quota is no defence that a call switches off.',
      'harm.persist': 'A higher quota gives no access.',
      'harm.take': 'It holds no data.',
    },
  },
  {
    name: 'AWS Support',
    sources: ['support'],
    reasons: {
      'harm.expose': 'Cases can not be shared.',
      'harm.destroy': 'Closing a case loses nothing.',
      'harm.disarm': 'It guards nothing.',
      'harm.persist': 'A case gives no access by itself.',
      'harm.take': 'A case holds what its writer put there.',
    },
  },
  {
    name: 'CloudShell',
    sources: ['cloudshell'],
    reasons: {
      'harm.expose': 'An environment belongs to one person.',
      'harm.destroy': 'An environment holds a gigabyte of that person only.',
      'harm.disarm': 'It guards nothing.',
      'harm.spend': 'It is free.',
    },
  },
  {
    name: 'AWS Organizations',
    sources: ['organizations'],
    reasons: {
      'harm.expose': 'Sharing within the organization is AWS RAM’s.',
      'harm.take': 'Lists of accounts are in a rule on looking around.',
    },
  },
  {
    name: 'AWS RAM',
    sources: ['ram'],
    reasons: {
      'harm.disarm': 'It guards nothing.',
      'harm.take': 'A share gives access, which exposes.',
      'harm.spend': 'Shares are free.',
    },
  },
  {
    name: 'CloudTrail',
    sources: ['cloudtrail'],
    reasons: {
      'harm.expose': 'Logs lie in Amazon S3: its rules, and the one on log buckets.',
      'harm.destroy': 'Deleting or stopping a trail disables a defence; log objects are Amazon S3’s.',
      'harm.spend': 'Copies of trails cost little; a new trail has a rule.',
    },
  },
  {
    name: 'CloudWatch',
    sources: ['monitoring'],
    reasons: {
      'harm.expose': 'Dashboards that are shared show numbers only.',
      'harm.persist': 'Alarms start nothing that gives access.',
      'harm.take': 'Metrics are numbers.',
      'harm.spend': 'Metrics cost little beside what they measure.',
    },
  },
  {
    name: 'CloudWatch Logs',
    sources: ['logs'],
    reasons: {
      'harm.persist': 'A subscription takes data out; it gives no access.',
      'harm.spend': 'Lines that are written belong to the program that writes them.',
    },
  },
  {
    name: 'EventBridge',
    sources: ['events', 'scheduler'],
    reasons: { 'harm.spend': 'Events cost little beside what they start.' },
  },
  {
    name: 'AWS Config',
    sources: ['config'],
    reasons: {
      'harm.expose': 'The inventory lies in Amazon S3.',
      'harm.destroy': 'Deleting the recorder disables a defence.',
      'harm.spend': 'Rules and records cost little.',
    },
  },
  {
    name: 'GuardDuty',
    sources: ['guardduty'],
    reasons: {
      'harm.expose': 'Findings can not be made public.',
      'harm.destroy': 'Deleting a detector disables a defence.',
      'harm.take': 'Findings that are read are in a rule on looking around.',
      'harm.spend': 'A plan that is switched on is a defence.',
    },
  },
  {
    name: 'Security Hub',
    sources: ['securityhub'],
    reasons: {
      'harm.expose': 'Findings can not be made public.',
      'harm.destroy': 'Deleting an insight disables a defence.',
      'harm.take': 'Findings that are read are in a rule on looking around.',
      'harm.spend': 'Switching it on is a defence.',
    },
  },
  {
    name: 'Amazon Macie',
    sources: ['macie2'],
    reasons: {
      'harm.expose': 'Findings can not be made public.',
      'harm.destroy': 'Switching it off disables a defence.',
      'harm.persist': 'It gives no access.',
      'harm.take': 'Samples of found data are Amazon S3’s.',
      'harm.spend': 'Jobs are started by those who look after it.',
    },
  },
  {
    name: 'Amazon Inspector',
    sources: ['inspector2', 'inspector'],
    reasons: {
      'harm.expose': 'Findings can not be made public.',
      'harm.destroy': 'Switching it off disables a defence.',
      'harm.persist': 'It gives no access.',
      'harm.take': 'It reports holes, and reports lie in Amazon S3.',
      'harm.spend': 'Switching it on is a defence.',
    },
  },
  {
    name: 'Detective and Security Lake',
    sources: ['detective', 'securitylake'],
    reasons: {
      'harm.expose': 'The lake lies in Amazon S3 and Lake Formation.',
      'harm.destroy': 'Deleting a graph or a lake disables a defence.',
      'harm.persist': 'Subscribers of the lake are shares of AWS RAM.',
      'harm.take': 'The lake lies in Amazon S3.',
      'harm.spend': 'Switching them on is a defence.',
    },
  },
  {
    name: 'IAM Access Analyzer',
    sources: ['access-analyzer'],
    reasons: {
      'harm.expose': 'It only tells what is exposed.',
      'harm.destroy': 'Deleting an analyzer disables a defence.',
      'harm.persist': 'It gives no access.',
      'harm.take': 'Its findings name resources only.',
      'harm.spend': 'It costs little.',
    },
  },
  {
    name: 'WAF, Shield and Firewall Manager',
    sources: ['wafv2', 'waf', 'waf-regional', 'shield', 'fms'],
    reasons: {
      'harm.expose': 'Letting an address through disables a defence.',
      'harm.destroy': 'Deleting a list disables a defence.',
      'harm.persist': 'They give no access.',
      'harm.take': 'Their logs lie in Firehose, CloudWatch Logs or Amazon S3.',
      'harm.spend': 'A subscription to Shield Advanced is a decision of weeks.',
    },
  },
  {
    name: 'Network Firewall and Route 53 Resolver',
    sources: ['network-firewall', 'route53resolver'],
    reasons: {
      'harm.expose': 'Taking the firewall away disables a defence.',
      'harm.destroy': 'Deleting rules disables a defence.',
      'harm.persist': 'They give no access.',
      'harm.take': 'Their logs lie elsewhere.',
      'harm.spend': 'A firewall is a defence.',
    },
  },
];
