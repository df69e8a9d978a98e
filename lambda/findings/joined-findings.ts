import { LEVELS } from '../detection/index.ts';
import type { Finding } from './finding.ts';

/** A finding, and those of the same event whose alert it may join: the most severe first; none for most findings. */
export interface JoinedFinding {
  readonly finding: Finding;
  readonly leaders: readonly Finding[];
}

/**
 * The findings of one event, with what belongs together: a rule that only records for a benchmark joins the alert of a
 * rule that says what to do. One that stands for its event alone never joins the alert of a session: that was sent when
 * the session began.
 */
export function joined(findings: readonly Finding[]): readonly JoinedFinding[] {
  if (findings.length < 2 || findings.every(({ joins }) => joins === undefined)) {
    return findings.map((finding) => ({ finding, leaders: [] }));
  }
  const rank = ({ level }: Finding): number => LEVELS.indexOf(level);
  const all = findings.filter(({ joins }) => joins === undefined).toSorted((a, b) => rank(b) - rank(a));
  const leadersOf = ({ joins, per }: Finding): readonly Finding[] =>
    joins === undefined ? [] : all.filter((leader) => leader.per === undefined || per !== undefined);
  const followers = findings.map((finding) => ({ finding, leaders: leadersOf(finding) }));
  return followers.map(({ finding, leaders }) => {
    const also = followers.flatMap((other) => (other.leaders[0] === finding ? [other.finding.title] : []));
    return { finding: also.length === 0 ? finding : { ...finding, also }, leaders };
  });
}
