import { windowAround } from '../../../lambda/alerts/noise/alert-window.ts';
import type { ScanFinding } from '../scan/report/scan-finding.ts';

/** What a rule would have done over past events. */
export interface BacktestReport {
  readonly rules: readonly { readonly ruleId: string; readonly title: string; readonly level: string }[];
  /** Events that were judged. */
  readonly events: number;
  readonly findings: number;
  /** Findings of one rule, actor and account within a window share an alert; informational ones have none. */
  readonly alerts: number;
  readonly windowMinutes: number;
  /** Every day of eventTime (UTC) from the first to the last with findings. */
  readonly days: readonly { readonly day: string; readonly findings: number; readonly alerts: number }[];
  /** Findings about events that have no time: on none of the days. */
  readonly undated: number;
  /** Those with the most findings. */
  readonly actors: readonly { readonly actor: string; readonly findings: number }[];
  readonly examples: readonly ScanFinding[];
}

const MAX_ACTORS = 5;
const MAX_EXAMPLES = 3;
const DAY = 86_400_000;

/** Counts what rules find, as they find it. */
export class Backtest {
  readonly #windowMinutes: number;
  readonly #alerts = new Set<string>();
  readonly #days = new Map<string, { findings: number; alerts: number }>();
  readonly #actors = new Map<string, number>();
  readonly #examples: ScanFinding[] = [];
  #findings = 0;
  #undated = 0;

  /** @param windowMinutes the deployment's `alerts.windowMinutes`. */
  constructor(windowMinutes: number) {
    this.#windowMinutes = windowMinutes;
  }

  add(finding: ScanFinding): void {
    this.#findings++;
    const { actor, eventTime } = finding;
    const opensAlert = this.#opensAlert(finding);
    if (eventTime === null) this.#undated++;
    else {
      const date = eventTime.slice(0, 10);
      const day = this.#days.get(date) ?? { findings: 0, alerts: 0 };
      this.#days.set(date, day);
      day.findings++;
      if (opensAlert) day.alerts++;
    }
    this.#actors.set(actor, (this.#actors.get(actor) ?? 0) + 1);
    // Three of one actor tell less than one of each of three.
    const isNew = this.#examples.every((example) => example.actor !== actor);
    if (this.#examples.length < MAX_EXAMPLES) this.#examples.push(finding);
    else if (isNew) this.#replaceRepeated(finding);
  }

  report(rules: BacktestReport['rules'], events: number): BacktestReport {
    const actors = [...this.#actors].map(([actor, findings]) => ({ actor, findings }));
    return {
      rules,
      events,
      findings: this.#findings,
      alerts: this.#alerts.size,
      windowMinutes: this.#windowMinutes,
      days: this.#histogram(),
      undated: this.#undated,
      actors: actors.sort((a, b) => b.findings - a.findings || (a.actor < b.actor ? -1 : 1)).slice(0, MAX_ACTORS),
      examples: this.#examples,
    };
  }

  #opensAlert({ ruleId, level, actor, account, eventTime }: ScanFinding): boolean {
    if (level === 'informational') return false;
    const start = eventTime === null ? '' : windowAround(Date.parse(eventTime), this.#windowMinutes * 60_000).start;
    const before = this.#alerts.size;
    this.#alerts.add([ruleId, actor, account, start].join('\n'));
    return this.#alerts.size > before;
  }

  #replaceRepeated(finding: ScanFinding): void {
    const actors = this.#examples.map(({ actor }) => actor);
    const repeated = actors.findIndex((actor, index) => actors.indexOf(actor) < index);
    if (repeated >= 0) this.#examples[repeated] = finding;
  }

  /** A day without findings is a part of the picture. */
  #histogram(): BacktestReport['days'] {
    const known = [...this.#days.keys()].sort();
    const [first = ''] = known;
    const last = known.at(-1) ?? '';
    const days: { day: string; findings: number; alerts: number }[] = [];
    for (let at = Date.parse(first); at <= Date.parse(last); at += DAY) {
      const day = new Date(at).toISOString().slice(0, 10);
      days.push({ day, ...(this.#days.get(day) ?? { findings: 0, alerts: 0 }) });
    }
    return days;
  }
}
