import * as z from 'zod';
import type { AskedRight } from '../proxy/asked-right.ts';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

/** A statement of a policy as IAM keeps it. Only the forms that the app's own policies have: others are an error. */
export const statementSchema = z.strictObject({
  Sid: z.string(),
  Effect: z.literal('Allow'),
  Action: texts,
  Resource: texts,
  Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
});

export type Statement = z.infer<typeof statementSchema>;

export const documentSchema = z.object({ Statement: z.array(statementSchema) });

/** Whether the statement allows what a call asks for. @throws Error for an operator of conditions that isn't known here. */
export function allows(statement: Statement, { action, resource, context = {} }: AskedRight): boolean {
  return (
    statement.Action.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    statement.Resource.some((pattern) => isLike(resource, pattern)) &&
    Object.entries(statement.Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], wanted)),
    )
  );
}

/** IAM, "IAM JSON policy elements: Condition operators", and its set operators. */
function holds(operator: string, given: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const forAll = operator.startsWith('ForAllValues:');
  const ifExists = operator.endsWith('IfExists');
  const name = operator.replace('ForAllValues:', '').replace('IfExists', '');
  if (given === undefined) return forAll || ifExists;
  const fits = (value: string) => wanted.some((pattern) => matchOf(name)(value, pattern));
  return forAll ? given.every(fits) : given.some(fits);
}

function matchOf(operator: string): (value: string, pattern: string) => boolean {
  switch (operator) {
    case 'StringEquals':
    case 'ArnEquals':
      return (value, pattern) => value === pattern;
    case 'StringLike':
    case 'ArnLike':
      return isLike;
    default:
      throw new Error(`What does the operator ${operator} say? Write it into test/deploy/policies/statement.ts.`);
  }
}

function isLike(text: string, pattern: string): boolean {
  const parts = [...pattern].map((character) => {
    if (character === '*') return '.*';
    return character === '?' ? '.' : character.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 's').test(text);
}
