import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Detector } from '../../lambda/detection/index.ts';
import { ruleLink, table } from './markdown.ts';
import { type Pack, type PackRule, readPack } from './pack.ts';
import { INTENTS, type Intent } from './panther-intents.ts';

const labelled = z.object({
  ruleId: z.string(),
  expected: z.boolean(),
  log: z.looseObject({}).nullable(),
});
type Labelled = z.infer<typeof labelled>;

/** The roles that the labels take for the ones to watch. */
const PLACEHOLDERS = { break_glass_roles: ['*:role/FullAdminRole'] };

interface Comparison {
  readonly id: string;
  readonly intent: Intent;
  readonly rules: readonly PackRule[];
  readonly agreeing: number;
  readonly judged: number;
  /** Why we judge otherwise, once each. */
  readonly reasons: readonly string[];
}

/**
 * docs/comparison-panther.md: the intents of Panther's AWS CloudTrail rules, and our verdicts on their labelled events.
 * @param file JSON lines, each a labelled event of a rule
 * @throws Error for a rule without a known intent, and for a verdict that differs without a reason.
 */
export function comparisonPage(file: string): string {
  const pack = readPack(PLACEHOLDERS);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const tests = Map.groupBy(
    lines.map((line) => labelled.parse(JSON.parse(line))),
    ({ ruleId }) => ruleId,
  );
  const comparisons = [...tests]
    .map(([id, labels]) => compare(id, labels, pack))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return page(comparisons);
}

function compare(id: string, labels: readonly Labelled[], pack: Pack): Comparison {
  const intent = INTENTS[id];
  if (intent === undefined) throw new Error(`${id}: its intent is not known`);
  const rules = pack.rules.filter(({ path, kind }) => kind === 'detection' && intent.ours.includes(path));
  const reasons = new Set<string>();
  let agreeing = 0;
  let judged = 0;
  if (rules.length > 0 && intent.correlation !== true) {
    const detector = pack.detector();
    for (const [i, { expected, log }] of labels.entries()) {
      if (log === null) continue;
      judged++;
      const reason = intent.differences?.[i + 1];
      if (rules.some((rule) => matches(detector, rule, log)) === expected) agreeing++;
      else if (reason === undefined)
        throw new Error(`${id}: our verdict on label ${i + 1} differs, and nothing says why`);
      else reasons.add(reason);
    }
  }
  return { id, intent, rules, agreeing, judged, reasons: [...reasons] };
}

/** Rules that only serve a correlation are asked too: whether they count the event. */
function matches(detector: Detector, { id }: PackRule, log: object): boolean {
  return detector.explain(id, completed(log))?.verdict ?? false;
}

/** The labelled events are shortened, and their times are as Panther stores them. */
function completed(log: object): object {
  const record: Record<string, unknown> = { ...log };
  const time = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})/.exec(String(record.eventTime));
  return {
    eventVersion: '1.08',
    recipientAccountId: '123456789012',
    userIdentity: {},
    ...record,
    eventID: record.eventID || 'none',
    eventTime: time === null ? '2024-01-01T00:00:00Z' : `${time[1]}T${time[2]}Z`,
  };
}

function page(comparisons: readonly Comparison[]): string {
  const single = comparisons.filter(({ intent }) => intent.correlation !== true);
  const covered = single.filter(({ rules }) => rules.length > 0);
  const sum = (key: 'agreeing' | 'judged'): number => covered.reduce((total, one) => total + one[key], 0);
  const rows = comparisons.map(({ id, intent, rules, agreeing, judged, reasons }) => [
    `\`${id}\``,
    rules.length === 0 ? 'none' : links(rules),
    judged === 0 ? '' : `${agreeing} of ${judged}`,
    [intent.why, ...reasons].filter((why) => why !== undefined).join('; '),
  ]);
  return `# Panther's AWS CloudTrail rules and ours

<!-- Written by \`npm run docs -- --panther FILE\`, where FILE holds Panther's labelled events as JSON lines. -->

[Panther](https://github.com/panther-labs/panther-analysis) publishes its rules for CloudTrail, in Python, with labelled
events. The table says which of our rules have the intent of each, and on how many of its labels our verdict is the
same. We have ${covered.length} of ${single.length} intents of single events; on ${sum('agreeing')} of ${sum('judged')} labels we agree, and the last column says why
on the others we don't, or why we have no such rule. Where a rule of ours only counts events for a correlation, the
verdict is whether it counts the event.

${table(["Panther's rule", 'ours', 'labels', 'remarks'], rows)}
`;
}

function links(rules: readonly PackRule[]): string {
  const titles = rules.map(({ title, finding }) => (finding ? ruleLink(title) : `${title} (counted)`));
  return titles.join('<br>');
}
