import { createHash } from 'node:crypto';
import type { Level } from '../../detection/index.ts';
import { type AlertWindow, windowAround } from './alert-window.ts';

/** What `ruleId` says in a storm's row and attributes: no rule has this id. */
export const STORM_RULE_ID = 'trailwarden-alert-storm';

/** More alerts of a level in one minute of the clock than are sent one by one. One alert replaces the rest. */
export interface Storm {
  readonly alertId: string;
  readonly level: Level;
  readonly minute: AlertWindow;
  /** How many alerts of the level are sent one by one. */
  readonly limit: number;
}

/** The alerts that a storm replaces, once its minute is over. */
export interface CollapsedAlerts {
  readonly alerts: number;
  /** Rule ids and how many alerts each has, most first. */
  readonly rules: readonly (readonly [ruleId: string, alerts: number])[];
}

/** The storm of a level and the minute that `now` is in: the same for every function that is asked. */
export function stormOf(level: Level, now: Date, limit: number): Storm {
  const minute = windowAround(now.getTime(), 60_000);
  const alertId = createHash('sha256')
    .update([STORM_RULE_ID, level, minute.start].join('\n'))
    .digest('hex')
    .slice(0, 32);
  return { alertId, level, minute, limit };
}
