import { counted } from '../../../../lambda/shared/counted.ts';
import { printable } from '../../../../lambda/shared/printable.ts';
import { printableLines } from '../../../output/printable-lines.ts';
import type { Io } from '../../../output/process-io.ts';
import { paintFor } from '../../../output/text-style.ts';
import type { Proposal, Refusal } from './propose-filter.ts';
import type { Evidence } from './read-evidence.ts';

interface Raised {
  readonly findings: number;
  readonly alerts: number;
}

/** What tuning a rule came to: the answer of `--format json`. */
export interface TuneReport {
  readonly rule: { readonly ruleId: string; readonly title: string; readonly level: string };
  readonly marks: { readonly true: number; readonly false: number };
  /** The filter as YAML; null if there is none. */
  readonly filter: string | null;
  readonly selections: readonly { readonly fields: readonly string[]; readonly madeFrom: number }[];
  /** Findings that the filter would have hidden, by their marks. */
  readonly hidden: { readonly true: number; readonly false: number; readonly unmarked: number };
  readonly refused: readonly Refusal[];
  readonly days: number;
  readonly before: Raised;
  readonly after: Raised;
  /** Days (UTC) on which there were findings. */
  readonly byDay: readonly { readonly day: string; readonly before: Raised; readonly after: Raised }[];
  /** Recent findings whose records weren't read: counted as not hidden. */
  readonly unread: number;
}

export interface TuneReportOptions {
  readonly rule: TuneReport['rule'];
  readonly findings: readonly Evidence[];
  readonly proposal: Proposal;
  readonly isHidden: (finding: Evidence) => boolean;
  readonly days: number;
}

export function tuneReport({ rule, findings, proposal, isHidden, days }: TuneReportOptions): TuneReport {
  const marked = (verdict: 'true' | 'false', of: readonly Evidence[]): number =>
    of.filter(({ mark }) => mark?.verdict === verdict).length;
  const recent = findings.filter(({ isRecent }) => isRecent);
  const left = recent.filter((finding) => !isHidden(finding));
  const hidden = findings.filter(isHidden);
  const dayOf = ({ eventTime }: Evidence): string => eventTime.slice(0, 10);
  return {
    rule,
    marks: { true: marked('true', findings), false: marked('false', findings) },
    filter: proposal.filter ?? null,
    selections: proposal.selections.map(({ fields, from }) => ({
      fields: fields.map(({ field }) => field),
      madeFrom: from.length,
    })),
    hidden: {
      true: marked('true', hidden),
      false: marked('false', hidden),
      unmarked: hidden.filter(({ mark }) => mark === undefined).length,
    },
    refused: proposal.refused,
    days,
    before: raisedBy(recent),
    after: raisedBy(left),
    byDay: [...new Set(recent.map(dayOf))].toSorted().map((day) => {
      const ofDay = (finding: Evidence): boolean => dayOf(finding) === day;
      return { day, before: raisedBy(recent.filter(ofDay)), after: raisedBy(left.filter(ofDay)) };
    }),
    unread: recent.filter(({ event }) => event === undefined).length,
  };
}

function raisedBy(findings: readonly Evidence[]): Raised {
  return { findings: findings.length, alerts: new Set(findings.flatMap(({ alertId }) => alertId ?? [])).size };
}

/** The report for people, with the filter at its end. */
export function tuneText(report: TuneReport, io: Io): string {
  const { rule, marks, hidden, refused, days, before, after, byDay, unread, filter, selections } = report;
  const paint = paintFor(io.stdout.colours);
  const lines = [
    paint(printable(rule.title), 'heading'),
    `${counted(marks.false, 'finding')} marked as false, ${marks.true} as true`,
    ...refused.map(({ actor, findings, reason }) =>
      printableLines(`Left as it is: ${counted(findings.length, 'finding')} of ${actor}: ${reason}`),
    ),
  ];
  if (filter === null) return `${lines.join('\n')}\n`;
  const width = Math.max(...byDay.map((each) => String(each.before.findings).length), 1);
  const cell = ({ findings, alerts }: Raised): string =>
    `${String(findings).padStart(width)} in ${counted(alerts, 'alert')}`;
  return `${[
    ...lines,
    `The filter hides ${counted(hidden.false, 'finding')} marked as false, ${hidden.true} as true, and ${hidden.unmarked} that nobody marked; it asks for ${selections
      .map(({ fields }) => printable(fields.join(', ')))
      .join('; or for ')}.`,
    '',
    paint(`The last ${counted(days, 'day')}`, 'heading'),
    ...byDay.map((each) => `${each.day}  ${cell(each.before)}, then ${cell(each.after)}`),
    `In all ${counted(before.findings, 'finding')} in ${counted(before.alerts, 'alert')}, then ${counted(after.findings, 'finding')} in ${counted(after.alerts, 'alert')}`,
    ...(unread === 0 ? [] : [`${counted(unread, 'record')} could not be read: counted as not hidden`]),
    '',
    printableLines(filter),
  ].join('\n')}\n`;
}
