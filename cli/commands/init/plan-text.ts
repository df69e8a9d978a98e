import { counted } from '../../../lambda/shared/counted.ts';
import { ASSUMPTIONS } from '../cost/cost-assumptions.ts';
import { estimateCost } from '../cost/estimate-cost.ts';
import type { Answers } from './asked-settings.ts';
import { DEPLOYED_STACKS } from './deployed-stacks.ts';
import { DEPLOYING_RIGHTS } from './deploying-rights.ts';

/** What a deploy with these settings does, for whoever has to allow and to pay it. */
export function planText(answers: Answers, file: string): string {
  const { deployment, region, account } = answers;
  const place = `aws://${account === '' ? 'ACCOUNT' : account}/${region === '' ? 'REGION' : region}`;
  const config = file === 'trailwarden.yaml' ? '' : ` -c config=${file}`;
  const configOption = file === 'trailwarden.yaml' ? '' : ` --config ${file}`;
  return `${file} is written.

What will be deployed
${pairs(DEPLOYED_STACKS.map(({ stack, holds }) => [`${deployment}-${stack}`, holds]))}
What it needs
  Once an account and region: the CDK's bootstrap, by an administrator. Then whoever deploys needs sts:AssumeRole on the roles
  cdk-hnb659fds-*, and CloudFormation works with cdk-hnb659fds-cfn-exec-role-*, an administrator unless you say otherwise.
  Where that role is narrower, it must be able to create, change and delete:
${pairs(DEPLOYING_RIGHTS.map(({ service, on }) => [service, on]))}
What it costs
${costText(answers)}
Next
  npx cdk bootstrap --app '' ${place}
  npx cdk deploy --all${config}
  npm run trailwarden -- protect${configOption}
  npm run trailwarden -- doctor${configOption}
docs/deploy-checklist.md has what to look at around the first deploy.
`;
}

function costText({ eventsPerDay, retentionDays }: Answers): string {
  const query = {
    eventsPerDay: Number(eventsPerDay),
    retentionDays: Number(retentionDays),
    accounts: 1,
    eventsPerObject: ASSUMPTIONS.eventsPerObject,
    notableShare: ASSUMPTIONS.notableShare,
  };
  const { month, fixed } = estimateCost(query);
  const always = fixed.reduce((sum, line) => sum + line.dollars, 0);
  return `  About $${Math.round(month.notable)} a month for ${counted(query.eventsPerDay, 'event')} a day that stay ${counted(query.retentionDays, 'day')}, once all of them are there; $${Math.round(always)} of it
  even without an event. List prices of us-east-1; trailwarden cost --events-per-day ${eventsPerDay} --retention ${retentionDays} has each line.
`;
}

function pairs(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return `${rows.map(([name, text]) => `  ${name.padEnd(width)}${text}\n`).join('')}`;
}
