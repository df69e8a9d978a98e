import { createHash } from 'node:crypto';
import type { Level } from '../../detection/index.ts';
import type { Finding } from '../../findings/finding.ts';
import { type AlertWindow, windowAround } from '../noise/alert-window.ts';

/** The message that is published for a finding and those that follow it within the window. */
export interface Alert {
  readonly alertId: string;
  readonly ruleId: string;
  readonly level: Level;
  readonly account: string;
  readonly actor: string;
  /** Of eventTime: findings within it share the alert. */
  readonly window: AlertWindow;
  /** The finding that opened it; in a summary the last one. */
  readonly finding: Finding;
}

/** The alert that a finding belongs to: the same for every finding of its rule, actor and account in the window. */
export function alertOf(finding: Finding, windowMinutes: number): Alert {
  const window = windowAround(Date.parse(finding.eventTime), windowMinutes * 60_000);
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
