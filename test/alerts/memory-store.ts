import type { AlertStore, PublicationSlots } from '../../lambda/alerts/store.ts';

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
    create: (alert, _publication, leaseUntil) =>
      create(alert.alertId, `create, leased until ${leaseUntil.toISOString()}`),
    createStorm: (storm) => create(storm.alertId, `create the storm of ${storm.minute.start}`),
    claim: async (series, alertId, limit, now) => {
      const name = `${series} ${now.toISOString().slice(0, 16)}`;
      const taken = places.get(name) ?? new Set<string>();
      places.set(name, taken);
      if (!taken.has(alertId) && taken.size >= limit) return false;
      taken.add(alertId);
      return true;
    },
    markSent: async (_alertId, sentAt, dueAt) => {
      log.push(`sent at ${sentAt.toISOString()}, summary due at ${dueAt.toISOString()}`);
    },
    collapse: async () => {
      log.push('collapse');
    },
    reopen: async () => {
      log.push('reopen');
    },
  };
}
