import type { Control } from './control.ts';

/** The controls on monitoring, in their order: their numbers within the section have stayed the same since version 1.5. */
const MONITORING: readonly Omit<Control, 'id'>[] = [
  {
    asks: 'Calls that are refused for want of permission are noticed',
    rules: ['compliance/cis-4-01-unauthorized-calls', 'discovery/denied-calls'],
  },
  {
    asks: 'Sign-ins to the console without a second factor are noticed',
    rules: ['compliance/cis-4-02-login-without-mfa', 'console/login-without-mfa'],
  },
  {
    asks: 'Use of root is noticed',
    rules: ['compliance/cis-4-03-root-use', 'root/root-use', 'root/root-login', 'root/console-pages-read'],
  },
  {
    asks: 'Changes of IAM policies are noticed',
    rules: [
      'compliance/cis-4-04-iam-policy-changes',
      'iam/administrator-access-attached',
      'iam/policy-grants-everything',
      'iam/policy-written-with-escalation',
      'iam/own-rights-raised',
    ],
  },
  {
    asks: 'Changes of the configuration of CloudTrail are noticed',
    rules: [
      'compliance/cis-4-05-cloudtrail-changes',
      'cloudtrail/logging-stopped',
      'cloudtrail/trail-deleted',
      'cloudtrail/trail-narrowed',
      'cloudtrail/event-selectors-narrowed',
    ],
  },
  {
    asks: 'Failed sign-ins to the console are noticed',
    rules: ['compliance/cis-4-06-console-authentication-failures', 'console/logins-failed', 'root/root-login-failed'],
  },
  {
    asks: 'Customer managed keys that are disabled or to be deleted are noticed',
    rules: ['compliance/cis-4-07-kms-key-loss', 'kms/key-disabled-or-deleted'],
  },
  {
    asks: 'Changes of policies of buckets are noticed',
    rules: ['compliance/cis-4-08-bucket-policy-changes', 's3/bucket-policy-public', 's3/bucket-policy-other-account'],
  },
  {
    asks: 'Changes of the configuration of AWS Config are noticed',
    rules: [
      'compliance/cis-4-09-config-changes',
      'detection-services/config-stopped',
      'detection-services/config-narrowed',
    ],
  },
  {
    asks: 'Changes of security groups are noticed',
    rules: ['compliance/cis-4-10-security-group-changes', 'network/security-group-open'],
  },
  {
    asks: 'Changes of network ACLs are noticed',
    rules: ['compliance/cis-4-11-network-acl-changes', 'network/network-acl-open'],
  },
  {
    asks: 'Changes of network gateways are noticed',
    rules: ['compliance/cis-4-12-network-gateway-changes', 'network/route-to-elsewhere'],
  },
  { asks: 'Changes of route tables are noticed', rules: ['compliance/cis-4-13-route-table-changes'] },
  {
    asks: 'Changes of VPCs are noticed',
    rules: ['compliance/cis-4-14-vpc-changes', 'network/resource-of-network-deleted'],
  },
  {
    asks: 'Changes of AWS Organizations are noticed',
    rules: [
      'compliance/cis-4-15-organizations-changes',
      'organizations/account-left',
      'organizations/guard-rail-removed',
    ],
  },
  {
    asks: 'Security Hub is on: that it is switched off is noticed',
    rules: ['detection-services/securityhub-disabled'],
  },
];

function monitoring(section: number): readonly Control[] {
  return MONITORING.map((control, index) => ({ id: `${section}.${index + 1}`, ...control }));
}

/** CIS Amazon Web Services Foundations Benchmark v5.0.0: section 4. */
export const CIS_5: readonly Control[] = monitoring(4);

/** The same, v7.0.0, in which monitoring is section 5. */
export const CIS_7: readonly Control[] = monitoring(5);
