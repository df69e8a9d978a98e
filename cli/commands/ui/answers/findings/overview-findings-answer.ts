import { LEVELS } from '../../../../../lambda/detection/index.ts';
import type { IndexedFinding } from '../../../../../lambda/store/findings/indexed-finding.ts';
import type { CountedRule, FindingsOverview, NewAlert, TimeBar } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import { MOST_FINDINGS } from '../../../../../ui/protocol/bounds.ts';
import type { Answering } from '../../context/page-context.ts';
import { rangeArgs } from '../asked/filtered-events.ts';
import { rangeBefore } from '../asked/range-before.ts';

const TOP = 6;
const HOUR = 3600;

/** Findings of a range by level, rule and alert; with the range before it. */
export const overviewFindingsAnswer: Answering<ReadAsked<'overview-findings'>, FindingsOverview> = async (
  range,
  { findings, command },
  meter,
) => {
  const [since, until] = [new Date(range.since), new Date(range.until)];
  const step = until.getTime() - since.getTime() > 8 * 24 * HOUR * 1000 ? 24 * HOUR : HOUR;
  const [now, before] = [new FindingCounts(step), new FindingCounts(step)];
  let isAtLeast = false;
  for await (const finding of findings.search({ since, until, limit: MOST_FINDINGS + 1 }, meter)) {
    if (now.total === MOST_FINDINGS) isAtLeast = true;
    else now.add(finding);
  }
  for await (const finding of findings.search({ ...rangeBefore(since, until), limit: MOST_FINDINGS }, meter)) {
    before.add(finding);
  }
  return {
    findings: { now: now.total, before: before.total },
    isAtLeast,
    levels: LEVELS.toReversed().map((level) => ({
      level,
      now: now.ofLevel(level),
      before: before.ofLevel(level),
      bars: now.bars(level),
    })),
    rules: now.rules(),
    alerts: now.alerts().slice(0, TOP),
    alertCount: { now: now.alerts().length, before: before.alerts().length },
    command: command(['findings', ...rangeArgs(range)]),
  };
};

class FindingCounts {
  total = 0;
  readonly #step: number;
  readonly #levels = new Map<string, Map<number, number>>();
  readonly #rules = new Map<string, CountedRule>();
  readonly #alerts = new Map<string, NewAlert>();

  /** @param step seconds of a bar. */
  constructor(step: number) {
    this.#step = step;
  }

  add({ findingId: _, ruleId, title, level, eventTime, alertId, actor, account }: IndexedFinding): void {
    this.total++;
    const at = Math.floor(Date.parse(eventTime) / 1000 / this.#step) * this.#step;
    const bars = this.#levels.get(level) ?? new Map<number, number>();
    this.#levels.set(level, bars.set(at, (bars.get(at) ?? 0) + 1));
    this.#rules.set(ruleId, { ruleId, title, level, count: (this.#rules.get(ruleId)?.count ?? 0) + 1 });
    if (alertId === undefined) return;
    const known = this.#alerts.get(alertId);
    const time = known?.time ?? eventTime;
    this.#alerts.set(alertId, { alertId, title, level, time, actor, account, findings: (known?.findings ?? 0) + 1 });
  }

  ofLevel(level: string): number {
    return [...(this.#levels.get(level)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }

  bars(level: string): readonly TimeBar[] {
    return [...(this.#levels.get(level) ?? [])].map(([at, count]) => ({ at, count })).toSorted((a, b) => a.at - b.at);
  }

  rules(): readonly CountedRule[] {
    return [...this.#rules.values()].toSorted((a, b) => rank(b) - rank(a) || b.count - a.count).slice(0, TOP);
  }

  /** The newest first. */
  alerts(): readonly NewAlert[] {
    return [...this.#alerts.values()].toSorted((a, b) => (a.time < b.time ? 1 : -1));
  }
}

const RANKED: readonly string[] = LEVELS;

function rank({ level }: { readonly level: string }): number {
  return RANKED.indexOf(level);
}
