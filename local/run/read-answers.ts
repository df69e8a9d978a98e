import { shellWord } from '../../lambda/shared/shell-word.ts';
import type { EventConditions } from '../../lambda/store/questions/conditions.ts';
import type { EventQueries } from '../../lambda/store/questions/event-queries.ts';
import type { Facet } from '../../lambda/store/questions/tally.ts';
import type { FindingSummary } from './summarize-findings.ts';

/** What the questions are about. */
export type Subjects = Pick<FindingSummary, 'resource' | 'address'>;

/** A question that the data suggests, its answer in a few values, and the command that tells more. */
export interface Answer {
  readonly question: string;
  /** The most frequent values first. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** Arguments of `trailwarden`, without those that name the folder. */
  readonly command: string;
}

const SHOWN = 3;

/**
 * Questions to what the tables hold: who acts most, what is denied, and what is known of the resource and the address
 * that the findings are about most. Those that the data has no answer to aren't asked.
 */
export async function readAnswers(events: EventQueries, { resource, address }: Subjects): Promise<readonly Answer[]> {
  const counted = async (by: Facet, conditions: EventConditions): Promise<Answer['values']> => {
    const { tables } = await events.facets({ conditions }, [by], { top: SHOWN });
    return tables.flatMap(({ values }) => values.map(({ value, count }) => ({ value, count })));
  };
  const answers: Answer[] = [
    { question: 'Who acts most?', values: await counted('actor', {}), command: 'events --by actor' },
    {
      question: 'What was denied?',
      values: await counted('action', { outcome: ['denied'] }),
      command: 'events --outcome denied --by action',
    },
    {
      question: 'What failed?',
      values: await counted('error', { outcome: ['error'] }),
      command: 'events --outcome error --by error',
    },
    {
      question: 'What did root do?',
      values: await counted('action', { actorKind: ['root'] }),
      command: 'events --kind root',
    },
  ];
  if (resource !== undefined) {
    answers.push({
      question: `Who touched ${shortName(resource)}?`,
      values: await counted('actor', { resource: [resource] }),
      command: `timeline ${shellWord(resource)}`,
    });
  }
  if (address !== undefined) {
    answers.push({
      question: `What came from ${address}?`,
      values: await counted('action', { address: [address] }),
      command: `events --address ${shellWord(address)} --by action`,
    });
  }
  return answers.filter(({ values }) => values.length > 0);
}

/** What follows the account in an ARN; any other name as it is. */
export function shortName(name: string): string {
  return name.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '');
}
