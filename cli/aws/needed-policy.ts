import type { Command } from 'commander';

/**
 * The policy of the audit stack that a command needs, where it asks a deployment in AWS: `auditor` reads, `operator` also
 * changes what an operator decides. `none`: it makes no call to AWS. Otherwise the calls that it makes, which neither
 * policy allows.
 */
export type NeededPolicy = 'auditor' | 'operator' | 'none' | { readonly actions: string };

/** By the command's words. A command that has subcommands, and does nothing itself, has no line. */
export const NEEDED_POLICIES: Readonly<Record<string, NeededPolicy>> = {
  events: 'auditor',
  event: 'auditor',
  findings: 'auditor',
  'alert list': 'auditor',
  'alert test': 'operator',
  'alert show': 'auditor',
  suppress: 'operator',
  'suppress list': 'auditor',
  'suppress end': 'operator',
  incident: 'auditor',
  trace: 'auditor',
  timeline: 'auditor',
  completion: 'none',
  ui: 'auditor',
  cost: 'none',
  'rules list': 'none',
  'rules check': 'none',
  'rules test': 'none',
  'rules explain': 'auditor',
  'rules backtest': 'auditor',
  scan: 'none',
  'redrive dead-letters': 'operator',
  'redrive rejected': 'operator',
  'redrive range': 'operator',
  'redrive object': 'operator',
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
  if (typeof needed !== 'string')
    return `Policy: an administrator's. Neither auditors nor operators have\n${needed.actions}.`;
  return `Policy: DEPLOYMENT-${needed}-REGION, which the audit stack makes (its output ${needed}Policy).`;
}
