/**
 * A made-up day of an ordinary account: what services do for themselves, what deployments do, and what people do who
 * mean no harm. Times, addresses and names are of our own making.
 */

import { BUILD, PERSON, TERRAFORM } from './callers.ts';
import { deployments, terraform } from './deployments.ts';
import { people } from './people.ts';
import { INSTANCES, type QuietRecord, record, run } from './record.ts';
import { applications, services } from './services.ts';

/** What people do on this day that the pack does speak about, as it should. */
export const SPOKEN_OF: readonly QuietRecord[] = [
  record(700, PERSON, ['ssm:StartSession', { target: INSTANCES[5] }]),
  record(720, TERRAFORM, [
    'ec2:CreateNetworkAclEntry',
    {
      networkAclId: 'acl-0c0ffee0c0ffee001',
      ruleAction: 'allow',
      egress: false,
      cidrBlock: '0.0.0.0/0',
      aclProtocol: '-1',
    },
  ]),
  record(725, BUILD, [
    'lambda:UpdateFunctionCode20150331v2',
    { functionName: 'checkout', publish: true, dryRun: false },
  ]),
  ...run(730, PERSON, [
    ['cloudformation:ExecuteChangeSet', { stackName: 'trailwarden-audit', changeSetName: 'cdk-deploy-change-set' }],
  ]),
];

/** The whole day in the order of time. */
export const QUIET_DAY: readonly QuietRecord[] = [
  ...[480, 615, 900].flatMap(terraform),
  ...[495, 705, 990].flatMap(deployments),
  ...services,
  ...applications,
  ...people,
].toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0));
