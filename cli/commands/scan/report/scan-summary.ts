import { LEVELS, type Level } from '../../../../lambda/detection/language/rule-set.ts';
import { grouped } from '../../../../lambda/shared/counted.ts';
import type { Column } from '../../../output/table.ts';
import { levelStyle } from '../../../output/text-style.ts';

/** How many findings a rule has made. */
export interface RuleCount {
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  readonly findings: number;
}

/** Counts findings by rule and by level. */
export class Summary {
  readonly #byRule = new Map<string, RuleCount>();

  add({ ruleId, title, level }: Omit<RuleCount, 'findings'>): void {
    const findings = (this.#byRule.get(ruleId)?.findings ?? 0) + 1;
    this.#byRule.set(ruleId, { ruleId, title, level, findings });
  }

  get findings(): number {
    return this.rules().reduce((sum, { findings }) => sum + findings, 0);
  }

  /** The most severe first, then those with the most findings. */
  rules(): readonly RuleCount[] {
    return [...this.#byRule.values()].toSorted(
      (a, b) => rank(b.level) - rank(a.level) || b.findings - a.findings || (a.title < b.title ? -1 : 1),
    );
  }

  /** The levels that have findings, the most severe first. */
  levels(): readonly { readonly level: Level; readonly findings: number }[] {
    return LEVELS.toReversed().flatMap((level) => {
      const findings = this.rules().reduce((sum, rule) => sum + (rule.level === level ? rule.findings : 0), 0);
      return findings === 0 ? [] : [{ level, findings }];
    });
  }

  /** How many findings are at a level or above it. */
  atLeast(level: Level): number {
    return this.levels().reduce((sum, one) => sum + (isAtLeast(one.level, level) ? one.findings : 0), 0);
  }
}

/** Whether a level is as severe as another, or more. */
export function isAtLeast(level: string, lowest: Level): boolean {
  return rank(level) >= rank(lowest);
}

/** The summary as a table. */
export const SUMMARY_COLUMNS: readonly Column<RuleCount>[] = [
  { title: 'Level', parts: [{ title: 'Level', text: ({ level }) => level, style: ({ level }) => levelStyle(level) }] },
  { title: 'Findings', parts: [{ title: 'Findings', text: ({ findings }) => grouped(findings) }] },
  { title: 'Rule', parts: [{ title: 'Rule', text: ({ title }) => title }] },
  {
    title: 'Rule id',
    parts: [{ title: 'Rule id', text: ({ ruleId }) => ruleId, style: () => 'faint', keep: 'always' }],
  },
];

const RANKED: readonly string[] = LEVELS;

function rank(level: string): number {
  return RANKED.indexOf(level);
}
