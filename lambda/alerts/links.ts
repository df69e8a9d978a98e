import type { Finding } from '../findings/finding.ts';

/** The deployment that needs no naming on the command line. */
const DEFAULT_DEPLOYMENT = 'trailwarden';

/** A command of ours, ready to be pasted into a shell whatever its arguments hold. */
export function command(deployment: string, ...words: readonly string[]): string {
  const named = deployment === DEFAULT_DEPLOYMENT ? [] : ['--deployment', deployment];
  return ['trailwarden', ...words, ...named].map(quoted).join(' ');
}

/** The command that shows the event of a finding. */
export function eventCommand(finding: Finding, deployment: string): string {
  return command(deployment, 'event', finding.eventID);
}

/** The event in the console of the partition that its region is in. CloudTrail keeps it there for 90 days. */
export function consoleLink({ region, eventID }: Finding): string {
  return `https://${consoleHost(region)}/cloudtrailv2/home?region=${encodeURIComponent(region)}#/events/${encodeURIComponent(eventID)}`;
}

function consoleHost(region: string): string {
  if (region.startsWith('cn-')) return 'console.amazonaws.cn';
  if (region.startsWith('us-gov-')) return 'console.amazonaws-us-gov.com';
  return 'console.aws.amazon.com';
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
