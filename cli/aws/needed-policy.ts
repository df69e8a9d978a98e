import type { Command } from 'commander';

/**
 * The policy of the audit stack that a command needs, where it asks a deployment in AWS: `auditor` reads, `operator` is both
 * that one and the one for what an operator decides, `backfill-operator` runs backfills, `sources` reads the buckets of
 * sources. `none`: it makes no call to AWS. Otherwise the calls that it makes, which no policy allows; or, of one that asks
 * no deployment, the rights that anybody's policy must give.
 */
export type NeededPolicy = keyof typeof POLICIES | 'none' | { readonly actions: string } | { readonly rights: string };

/** The managed policies of the audit stack, and its outputs that name them. */
const POLICIES = {
  auditor: 'auditorPolicy',
  operator: 'operatorPolicy',
  'backfill-operator': 'backfillPolicy',
  sources: 'sourcesPolicy',
} as const;

const NOTIFICATIONS = 's3:GetBucketNotification and PutBucketNotification on the bucket of the source, in its account';

/** By the command's words. A command that has subcommands, and does nothing itself, has no line. */
export const NEEDED_POLICIES: Readonly<Record<string, NeededPolicy>> = {
  events: 'auditor',
  event: 'auditor',
  findings: 'auditor',
  'findings mark': 'operator',
  'alert list': 'auditor',
  'alert test': 'operator',
  'alert show': 'auditor',
  suppress: 'operator',
  'suppress list': 'auditor',
  'suppress end': 'operator',
  incident: 'auditor',
  trace: 'auditor',
  timeline: 'auditor',
  'export events': 'auditor',
  'export findings': 'auditor',
  mcp: 'auditor',
  history: {
    rights: 'cloudtrail:LookupEvents on *, as AWSCloudTrail_ReadOnlyAccess and SecurityAudit of AWS do',
  },
  completion: 'none',
  ui: 'auditor',
  cost: 'none',
  'rules list': 'none',
  'rules check': 'none',
  'rules test': 'none',
  'rules explain': 'auditor',
  'rules backtest': 'auditor',
  'rules tune': 'auditor',
  'rules report': 'auditor',
  scan: 'none',
  'redrive dead-letters': 'operator',
  'redrive rejected': 'operator',
  'redrive range': 'operator',
  'redrive object': 'operator',
  init: 'none',
  backfill: 'backfill-operator',
  'backfill status': 'backfill-operator',
  'backfill stop': 'backfill-operator',
  'backfill resume': 'backfill-operator',
  protect: {
    actions:
      'cloudformation:DescribeStacks and UpdateTerminationProtection on the stacks, and\ndynamodb:DescribeTable and ' +
      'UpdateTable on the tables',
  },
  repack: {
    actions:
      'dynamodb:GetItem, Query, BatchGetItem, BatchWriteItem and UpdateItem on the segments table, and its key\nthrough ' +
      'DynamoDB',
  },
  'source policy': 'none',
  'source connect': { actions: NOTIFICATIONS },
  'source disconnect': { actions: NOTIFICATIONS },
  'source check': 'sources',
  doctor: 'operator',
  status: 'auditor',
  verify: 'auditor',
};

/** Adds to the help of a command, and of all below it, which policy it needs. */
export function tellNeededPolicies(command: Command, words: readonly string[] = []): void {
  for (const child of command.commands) {
    const path = [...words, child.name()];
    const needed = NEEDED_POLICIES[path.join(' ')];
    if (needed !== undefined) child.addHelpText('after', `\n${neededText(needed)}`);
    tellNeededPolicies(child, path);
  }
}

function neededText(needed: NeededPolicy): string {
  if (needed === 'none') return 'Policy: none. It makes no call to AWS.';
  if (typeof needed !== 'string' && 'rights' in needed) return `Policy: one that allows ${needed.rights}.`;
  if (typeof needed !== 'string')
    return `Policy: an administrator's. Neither auditors nor operators have\n${needed.actions}.`;
  if (needed === 'operator') {
    return 'Policies: DEPLOYMENT-auditor-REGION and DEPLOYMENT-operator-REGION, which the audit stack makes (its outputs\nauditorPolicy and operatorPolicy).';
  }
  return `Policy: DEPLOYMENT-${needed}-REGION, which the audit stack makes (its output ${POLICIES[needed]}).`;
}
