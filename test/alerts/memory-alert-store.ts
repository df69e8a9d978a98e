import type { AlertStore, PublicationSlots } from '../../lambda/alerts/alert-store.ts';

/** Rows and places in memory, which write down what is done to them. */
export function memoryStore(log: string[]): AlertStore & PublicationSlots {
  const known = new Set<string>();
  const places = new Map<string, Set<string>>();
  const create = async (alertId: string, entry: string) => {
    if (known.has(alertId)) return 'known' as const;
    known.add(alertId);
    log.push(entry);
    return 'created' as const;
  };
  return {
    create: (alert, _prepared, leaseUntil) => create(alert.alertId, `create, leased until ${leaseUntil.toISOString()}`),
    createStorm: (storm) => create(storm.alertId, `create the storm of ${storm.minute.start}`),
    claim: async (series, alertId, limit, now) => {
      const name = `${series} ${now.toISOString().slice(0, 16)}`;
      const taken = places.get(name) ?? new Set<string>();
      places.set(name, taken);
      if (!taken.has(alertId) && taken.size >= limit) return false;
      taken.add(alertId);
      return true;
    },
    note: async (_alert, { progress: { channels, summaryDueAt = 'never' }, sentAt }) => {
      const states = Object.entries(channels).map(([name, { state }]) => `${name} ${state}`);
      log.push(
        [...states, `sent at ${sentAt?.toISOString() ?? 'no time'}`, `summary due at ${summaryDueAt}`].join(', '),
      );
    },
    collapse: async () => {
      log.push('collapse');
    },
    reopen: async () => {
      log.push('reopen');
    },
  };
}
