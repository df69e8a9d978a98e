import { createHash } from 'node:crypto';
import type { Level } from '../detection/index.ts';
import type { Finding } from '../findings/finding.ts';

/** The window of eventTime within which findings of one rule, actor and account share an alert. */
export interface AlertWindow {
  /** ISO 8601 in UTC, to the second. */
  readonly start: string;
  /** The first second after the window. */
  readonly end: string;
}

/** The message that is published for a finding and those that follow it within the window. */
export interface Alert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly level: Level;
  readonly account: string;
  readonly actor: string;
  readonly window: AlertWindow;
  /** The finding that opened it. */
  readonly finding: Finding;
}

/** The alert that a finding belongs to: the same for every finding of its rule, actor and account in the window. */
export function alertOf(finding: Finding, windowMinutes: number): Alert {
  const length = windowMinutes * 60_000;
  const start = Math.floor(Date.parse(finding.eventTime) / length) * length;
  const window = { start: toSeconds(start), end: toSeconds(start + length) };
  return {
    alertId: createHash('sha256')
      .update([finding.ruleId, finding.actor, finding.account, window.start].join('\n'))
      .digest('hex')
      .slice(0, 32),
    ruleId: finding.ruleId,
    level: finding.level,
    account: finding.account,
    actor: finding.actor,
    window,
    finding,
  };
}

function toSeconds(epochMilliseconds: number): string {
  return `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`;
}
