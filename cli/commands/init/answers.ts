import * as z from 'zod';
import { parseConfig } from '../../../lib/config/config-file.ts';
import type { Answers } from './asked-settings.ts';
import { settingsText } from './settings-text.ts';

export type AnswerName = keyof Answers;

/** A question at the terminal. */
export interface Question {
  readonly name: AnswerName;
  readonly asks: string;
  readonly standard: (env: Readonly<Record<string, string | undefined>>) => string;
}

export const QUESTIONS: readonly Question[] = [
  {
    name: 'deployment',
    asks: 'Name of the deployment: the first part of the name of everything',
    standard: () => 'trailwarden',
  },
  {
    name: 'region',
    asks: 'Region to deploy into; the trail records every region from there (empty: that of the credentials)',
    standard: (env) => env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? '',
  },
  {
    name: 'account',
    asks: 'Account id, if a deploy into any other account must fail (empty: any)',
    standard: () => '',
  },
  {
    name: 'emails',
    asks: 'E-mail addresses for critical and high alerts and for alarms, with spaces between them (empty: none yet)',
    standard: () => '',
  },
  { name: 'minimumLevel', asks: 'Lowest level of alerts: low, medium, high or critical', standard: () => 'low' },
  { name: 'retentionDays', asks: 'Days that events stay in the index', standard: () => '365' },
  {
    name: 'eventsPerDay',
    asks: 'Events a day, for the estimate of the costs (CloudTrail records some 1,000 to 1,000,000 of an account)',
    standard: () => '100000',
  },
];

const count = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, { error: 'must be a number of events such as 100000' })
  .transform(Number);

/** What is wrong with the answers, a line a problem, as the app that deploys would say; none if they can be deployed. */
export function problemsOf(answers: Answers): readonly string[] {
  const events = count.safeParse(answers.eventsPerDay);
  const problems = events.success ? [] : [`events a day: ${events.error.issues[0]?.message}`];
  try {
    parseConfig(settingsText(answers), 'the answers');
    return problems;
  } catch (error) {
    if (!(error instanceof Error) || !('problems' in error) || !Array.isArray(error.problems)) throw error;
    // Line and column are those of a file that isn't written, and the same addresses stand in it three times.
    const found = error.problems.map((problem) => String(problem).replace(/^the answers:\d+:\d+: /, ''));
    return [
      ...problems,
      ...found.filter((problem) => !/^alerts\.emails\.(high|operations)/.test(problem)).map(ofTheAddress),
    ];
  }
}

function ofTheAddress(problem: string): string {
  return problem.replace(/^alerts\.emails\.critical\.(\d+)/, (_, index: string) => `address ${Number(index) + 1}`);
}
