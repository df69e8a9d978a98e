import type { Finding } from '../findings/finding.ts';

/** Sessions that are remembered: some megabytes. */
const MOST = 20_000;

/**
 * Findings that stand for a whole session and that this process has seen recorded. Each further event of the session asks
 * nothing and writes nothing.
 */
export class RecordedSessions {
  /** The event that the row tells of, by findingId. */
  readonly #events = new Map<string, string>();

  /** Whether another event of the same session is recorded already, its alert included. */
  isOfAnother({ findingId, eventID, per }: Finding): boolean {
    if (per === undefined) return false;
    const recorded = this.#events.get(findingId);
    return recorded !== undefined && recorded !== eventID;
  }

  /** Remembers which event was recorded: after its alert, if it has one. */
  note({ findingId, per }: Finding, recordedEventID: string): void {
    if (per === undefined) return;
    if (this.#events.size >= MOST) this.#events.clear();
    this.#events.set(findingId, recordedEventID);
  }
}
