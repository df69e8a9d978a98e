import type { Finding } from '../../findings/finding.ts';
import { shellWord } from '../../shared/shell-word.ts';

/** The deployment that the command line uses by default. */
const DEFAULT_DEPLOYMENT = 'trailwarden';

/** A command of ours, quoted so that it can be pasted into a shell with any arguments. */
export function command(deployment: string, ...words: readonly string[]): string {
  const named = deployment === DEFAULT_DEPLOYMENT ? [] : ['--deployment', deployment];
  return ['trailwarden', ...words, ...named].map(shellWord).join(' ');
}

/**
 * The command that shows the event of a finding. A finding about the log itself has no event: then it shows the
 * finding.
 */
export function eventCommand(finding: Finding, deployment: string): string {
  return isAboutTheLog(finding)
    ? command(deployment, 'findings', '--rule', finding.ruleId)
    : command(deployment, 'event', finding.eventID);
}

/** The command that opens the story of an alert in the page. */
export function storyCommand(alertId: string, deployment: string): string {
  return command(deployment, 'ui', '--alert', alertId);
}

/**
 * The event in the console of the partition that its region is in; CloudTrail keeps it there for 90 days. For a finding
 * about the log itself, the object in S3.
 */
export function consoleLink(finding: Finding): string {
  const { region, eventID, receipt } = finding;
  if (isAboutTheLog(finding)) {
    return `https://${consoleHost(region)}/s3/object/${encodeURIComponent(receipt.bucket)}?prefix=${encodeURIComponent(receipt.key)}`;
  }
  return `https://${consoleHost(region)}/cloudtrailv2/home?region=${encodeURIComponent(region)}#/events/${encodeURIComponent(eventID)}`;
}

/** Whether Trailwarden's own checks of log objects and digests made a finding, and not a rule about an event. */
function isAboutTheLog({ ruleId }: Finding): boolean {
  return /^trailwarden-(log|digest)/.test(ruleId);
}

function consoleHost(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  return 'console.aws.amazon.com';
}
