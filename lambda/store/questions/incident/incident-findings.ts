import { LEVELS } from '../../../detection/index.ts';
import { tacticOrder, tacticsOf } from '../../../findings/attack-tactics.ts';
import type { ReadMeter } from '../../dynamo/queries/read-meter.ts';
import { literalPattern } from '../../dynamo/queries/text-pattern.ts';
import type { FindingQueries } from '../../findings/finding-query.ts';
import type { IndexedFinding } from '../../findings/indexed-finding.ts';
import { BoundedTally, NameBudget, Names } from './bounded-tally.ts';
import type { IncidentFindings } from './incident.ts';

/** Rules and tactics that are told apart. */
const MOST_RULES = 2_000;
const MOST_TACTICS = 100;

const RANKED: readonly string[] = LEVELS;

interface Entry {
  findings: number;
  first: string;
  last: string;
  level: string;
}

interface RuleEntry extends Entry {
  readonly ruleId: string;
  readonly title: string;
  findingId: string;
  alertId?: string;
}

interface TacticEntry extends Entry {
  readonly tactic: string;
  readonly titles: Map<string, Names>;
}

/** Counts findings by tactic and by rule, one by one. */
export class GatheredFindings {
  readonly #budget = new NameBudget();
  readonly #rules = new BoundedTally<RuleEntry>(MOST_RULES);
  readonly #tactics = new BoundedTally<TacticEntry>(MOST_TACTICS);
  #total = 0;

  add(finding: IndexedFinding): void {
    this.#total++;
    const { ruleId, title, findingId, alertId, level } = finding;
    const rule = this.#rules.entry(ruleId, () => ({ ...startOf(finding), ruleId, title, findingId }));
    if (rule !== undefined) {
      if (finding.eventTime < rule.first) rule.findingId = findingId;
      count(rule, finding);
      if (alertId !== undefined) rule.alertId ??= alertId;
    }
    const tactics = tacticsOf(finding.tags);
    for (const tactic of tactics.length === 0 ? ['none'] : tactics) {
      const entry = this.#tactics.entry(tactic, () => ({ ...startOf(finding), tactic, titles: new Map() }));
      if (entry === undefined) continue;
      count(entry, finding);
      const titles = entry.titles.get(level) ?? new Names(this.#budget);
      titles.add(title);
      entry.titles.set(level, titles);
    }
  }

  /** @param most rules that are listed, and titles of each tactic. */
  tell(most: number): IncidentFindings {
    return {
      total: this.#total,
      tactics: this.#tactics
        .values()
        .sort((a, b) => tacticOrder(a.tactic) - tacticOrder(b.tactic) || (a.tactic < b.tactic ? -1 : 1))
        .map(({ tactic, findings, level, first, last, titles }) => ({
          tactic,
          findings,
          level,
          first,
          last,
          rules: [...titles]
            .sort(([a], [b]) => rankOf(b) - rankOf(a))
            .flatMap(([, names]) => names.listed(most).items)
            .slice(0, most),
        })),
      rules: this.#rules.listed(
        most,
        (a, b) => rankOf(b.level) - rankOf(a.level) || b.findings - a.findings || (a.first < b.first ? -1 : 1),
        (rule) => ({ ...rule }),
      ),
    };
  }
}

function startOf({ eventTime, level }: IndexedFinding): Entry {
  return { findings: 0, first: eventTime, last: eventTime, level };
}

function count(entry: Entry, { eventTime, level }: IndexedFinding): void {
  entry.findings++;
  if (eventTime < entry.first) entry.first = eventTime;
  if (eventTime > entry.last) entry.last = eventTime;
  if (rankOf(level) > rankOf(entry.level)) entry.level = level;
}

function rankOf(level: string): number {
  return RANKED.indexOf(level);
}

export interface FindingsAsked {
  readonly queries: FindingQueries;
  readonly meter: ReadMeter;
  /** Actors whose findings are read; all of the time where they are too many, or nobody is meant. */
  readonly actors: readonly string[] | undefined;
  /** eventTimes, both included. */
  readonly first: string;
  readonly last: string;
  readonly isMeant: (finding: IndexedFinding) => boolean;
}

/** Reads the findings about the events of an incident. @throws ReadLimitReached */
export async function gatherFindings(asked: FindingsAsked, gathered: GatheredFindings): Promise<void> {
  const { queries, meter, actors, first, last, isMeant } = asked;
  const query = {
    ...(actors !== undefined && { conditions: { actor: actors.map(literalPattern) } }),
    since: new Date(first),
    until: new Date(Date.parse(last) + 1000),
  };
  for await (const finding of queries.search(query, meter)) if (isMeant(finding)) gathered.add(finding);
}
