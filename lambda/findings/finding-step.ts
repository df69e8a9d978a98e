import * as z from 'zod';

/** What one rule noticed of a chain. */
export interface FindingStep {
  /** eventTime of the first event that the rule matched, ISO 8601. */
  readonly time: string;
  readonly ruleId: string;
  readonly title: string;
  readonly eventID: string;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
}

/** A step as rows and messages hold it. */
export const findingStepSchema = z.object({
  time: z.string(),
  ruleId: z.string(),
  title: z.string(),
  eventID: z.string(),
  action: z.string().optional(),
  outcome: z.string().optional(),
});

/** A step as people read it: `2026-11-20 14:03:11Z  IAM user created: iam:CreateUser (success)`. */
function stepText({ time, title, action, outcome }: FindingStep): string {
  const when = `${time.slice(0, 10)} ${time.slice(11, 19)}Z`;
  const what = [action, outcome === undefined ? undefined : `(${outcome})`].filter((part) => part !== undefined);
  return `${when}  ${title}${what.length === 0 ? '' : `: ${what.join(' ')}`}`;
}

/** The steps of a chain, numbered; none of another finding. */
export function chainLines({
  correlation,
}: {
  readonly correlation?: { readonly steps?: readonly FindingStep[] | undefined } | undefined;
}): string[] {
  return (correlation?.steps ?? []).map((step, index) => `${index + 1}. ${stepText(step)}`);
}
