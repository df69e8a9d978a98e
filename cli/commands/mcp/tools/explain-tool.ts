import * as z from 'zod';
import { readEvent, readPartialEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../../../lambda/cloudtrail/derived-fields.ts';
import { createDetector } from '../../../../lambda/detection/index.ts';
import { nearestRule, rulesNamed } from '../../../inputs/name-rules.ts';
import { CommandFailure } from '../../../output/exit-codes.ts';
import { maskedExplanation } from '../../rules/explain-tree.ts';
import { recordOfEvent } from '../../rules/find-event.ts';
import { text } from '../session/inputs.ts';
import type { Session } from '../session/session.ts';
import { defineTool } from '../session/tool.ts';

const input = z.object({
  rule: text.describe('The id, name or title of a rule, or the beginning of one.'),
  eventID: text.describe('The eventID of an event in the index.'),
});

export const explainTool = defineTool(
  'explain',
  'Shows why a rule matches an event, or why it does not: its condition as a tree, with what each part saw. Secrets are masked.',
  input,
  async ({ rule, eventID }, session) => {
    const { ruleSet } = await session.rules();
    // Names alone: a path would let a client read files.
    const named = rulesNamed(
      rule,
      ruleSet.rules.map(({ metadata }) => metadata),
    );
    if (named.length === 0) throw new CommandFailure(`There is no rule '${rule}'. ${hintOf(rule, ruleSet.rules)}`);
    const record = await recordOf(eventID, session);
    const receipt = { bucket: '', key: '', version: '', index: 0 };
    const read = readEvent(record, receipt);
    const derived = derivedFields(read.ok ? read.event : readPartialEvent(record, receipt));
    const detector = createDetector(ruleSet);
    return { data: named.flatMap(({ id }) => detector.explain(id, record, derived) ?? []).map(maskedExplanation) };
  },
);

async function recordOf(eventID: string, { queries, connection }: Session) {
  const [found] = await queries.event(eventID);
  if (found === undefined) throw new CommandFailure(`There is no event ${eventID} in the index.`);
  return recordOfEvent(found, connection);
}

function hintOf(
  rule: string,
  rules: readonly { readonly metadata: Parameters<typeof rulesNamed>[1][number] }[],
): string {
  return (
    nearestRule(
      rule,
      rules.map(({ metadata }) => metadata),
    ) ?? 'findings names rules by id.'
  );
}
