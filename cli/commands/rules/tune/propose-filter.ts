import type { CloudTrailEvent } from '../../../../lambda/cloudtrail/cloudtrail-event.ts';
import type { RuleSet } from '../../../../lambda/detection/index.ts';
import type { DetectionRule } from '../../../../lambda/detection/language/rule-set.ts';
import type { TestFile } from '../test-file.ts';
import { filterDocument, type Selection } from './filter-document.ts';
import { FilteredRule, passedTests } from './filtered-rule.ts';
import { commonFields } from './known-values.ts';
import type { Evidence } from './read-evidence.ts';

/** What a filter was made of, or why none was made for an actor. */
export interface Proposal {
  /** As YAML; undefined if there is nothing to propose. */
  readonly filter?: string;
  readonly selections: readonly Selection[];
  readonly refused: readonly Refusal[];
}

/** Why findings marked as false are left as they are. */
export interface Refusal {
  readonly actor: string;
  readonly findings: readonly string[];
  readonly reason: string;
}

export interface Tuned {
  readonly rule: DetectionRule;
  /** The rule with those that its tests need. */
  readonly needed: RuleSet;
  readonly tests: TestFile | undefined;
  /** Whether it matches calls of more than one name. */
  readonly severalActions: boolean;
  readonly findings: readonly Evidence[];
  /** The day on which it is made, as in 2026-11-20. */
  readonly day: string;
}

/** A filter names at least the actor and one thing more. */
const LEAST_FIELDS = 2;

/**
 * Makes a filter of what somebody marked as false: for each actor, what all of its marked calls have in common, in as few
 * fields as leave every finding marked as true, and every labelled test of the rule, as they are. Nothing but marks is
 * read for it: what nobody looked at is no reason to keep quiet.
 */
export function proposeFilter(tuned: Tuned): Proposal {
  const { rule, needed, tests, severalActions, findings, day } = tuned;
  const known = findings.flatMap((finding) =>
    finding.mark?.verdict === 'false' && finding.event !== undefined ? [{ finding, event: finding.event }] : [],
  );
  const passed = passedTests(needed, rule.metadata.file, tests);
  const selections: Selection[] = [];
  const refused: Refusal[] = [];
  for (const [actor, group] of Map.groupBy(known, ({ event }) => event.actor.id)) {
    const from = group.map(({ finding }) => finding);
    const fields = commonFields(
      group.map(({ event }) => event),
      severalActions,
    );
    let reason = 'its calls have no second field in common';
    let found: Selection | undefined;
    for (let count = LEAST_FIELDS; count <= fields.length && found === undefined; count++) {
      const selection = { actor, fields: fields.slice(0, count), from };
      const filtered = new FilteredRule(rule, needed, filterDocument(rule, [selection], day));
      const conflict = conflictOf(filtered, findings, filtered.brokenTests(tests, passed));
      if (conflict === undefined) found = selection;
      else reason = conflict;
    }
    if (found !== undefined) selections.push(found);
    else refused.push({ actor, findings: from.map(({ findingId }) => findingId), reason });
  }
  if (selections.length === 0) return { selections, refused };
  return { filter: filterDocument(rule, selections, day), selections, refused };
}

/** Why a filter must not be: what it would hide. */
function conflictOf(
  filtered: FilteredRule,
  findings: readonly Evidence[],
  brokenTests: readonly string[],
): string | undefined {
  for (const { findingId, mark, event } of findings) {
    if (mark?.verdict !== 'true') continue;
    if (event === undefined) {
      return `the finding ${findingId} is marked as true, and its record can't be read any more to see whether it would be hidden`;
    }
    if (filtered.hides(event)) return `it would hide the finding ${findingId}, which is marked as true`;
  }
  const [test] = brokenTests;
  return test === undefined ? undefined : `it would hide what the rule's test '${test}' must find`;
}

/** Whether a finding is hidden by a proposal. One whose record can't be read isn't. */
export function hiddenBy({ rule, needed }: Tuned, filter: string): (event: CloudTrailEvent | undefined) => boolean {
  const filtered = new FilteredRule(rule, needed, filter);
  return (event) => event !== undefined && filtered.hides(event);
}
