import { LEVELS } from '../../../../../lambda/detection/index.ts';
import { actorPatterns } from '../../../../../lambda/store/questions/incident/subject.ts';
import type { FindingDetail, FindingGroup, FindingRow, FindingsAnswer } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import { MOST_FINDINGS } from '../../../../../ui/protocol/bounds.ts';
import type { Answering } from '../../context/page-context.ts';
import { rangeArgs } from '../asked/filtered-events.ts';
import { findingDetail, findingRow } from '../rows/finding-row.ts';

const TOP = 12;

/** Findings of a range, the newest first, and how many each level, rule, actor and tactic has. */
export const findingsAnswer: Answering<ReadAsked<'findings'>, FindingsAnswer> = async (
  { rule, actor, level, tactic, alert, ...range },
  { findings, command },
  meter,
) => {
  const conditions = {
    ruleId: rule === undefined ? undefined : [rule],
    actor: actor === undefined ? undefined : actorPatterns(actor),
    level: level === undefined ? undefined : [level],
    alertId: alert === undefined ? undefined : [alert],
  };
  const rows: FindingRow[] = [];
  let isAtLeast = false;
  const query = { conditions, since: new Date(range.since), until: new Date(range.until), limit: MOST_FINDINGS + 1 };
  for await (const finding of findings.search(query, meter)) {
    const row = findingRow(finding);
    if (tactic !== undefined && !row.tactics.includes(tactic)) continue;
    if (rows.length === MOST_FINDINGS) isAtLeast = true;
    else rows.push(row);
  }
  const options = Object.entries({ rule, actor, level, alert });
  return {
    rows,
    isAtLeast,
    groups: groupsOf(rows),
    command: command([
      'findings',
      ...options.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
      ...rangeArgs(range),
    ]),
  };
};

/** One finding with why it matched. @throws Error where it is gone. */
export const findingAnswer: Answering<ReadAsked<'finding'>, FindingDetail> = async (
  { ruleId, findingId, time },
  { findings },
  meter,
) => {
  const since = new Date(time);
  const query = { conditions: { ruleId: [ruleId] }, since, until: new Date(since.getTime() + 1000) };
  for await (const finding of findings.search(query, meter)) {
    if (finding.findingId === findingId) return findingDetail(finding);
  }
  throw new Error(`There is no finding ${findingId} any more.`);
};

function groupsOf(rows: readonly FindingRow[]): readonly FindingGroup[] {
  const byLevel = counts(rows, ({ level }) => [[level, level]]);
  const ranked: readonly string[] = LEVELS;
  return [
    { by: 'level', values: byLevel.toSorted((a, b) => ranked.indexOf(b.value) - ranked.indexOf(a.value)) },
    { by: 'rule', values: counts(rows, ({ ruleId, title }) => [[ruleId, title]]).slice(0, TOP) },
    { by: 'actor', values: counts(rows, ({ actor, who }) => (actor ? [[actor, who ?? actor]] : [])).slice(0, TOP) },
    { by: 'tactic', values: counts(rows, ({ tactics }) => tactics.map((tactic) => [tactic, tactic])).slice(0, TOP) },
  ];
}

function counts(rows: readonly FindingRow[], valuesOf: (row: FindingRow) => readonly (readonly [string, string])[]) {
  const found = new Map<string, { value: string; name: string; level: string; count: number }>();
  for (const row of rows) {
    for (const [value, name] of valuesOf(row)) {
      const known = found.get(value);
      if (known === undefined) found.set(value, { value, name, level: row.level, count: 1 });
      else known.count++;
    }
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
