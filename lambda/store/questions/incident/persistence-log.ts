import type { EventDetail } from '../indexed-event.ts';
import {
  isUndoing,
  isUndoneBy,
  PERSISTENCE_KINDS,
  type PersistenceKind,
  persistenceOf,
  takesOneBack,
} from './persistence.ts';

/** Steps that are kept. */
export const MOST_STEPS = 500;

/** A call that lets somebody come back, and what took it back. */
export interface LoggedStep {
  readonly kind: PersistenceKind;
  readonly event: EventDetail;
  readonly undoneBy?: EventDetail;
}

/** The calls of an incident that let somebody come back: the first ones, in the order in which they come. */
export class PersistenceLog {
  readonly #steps: {
    kind: PersistenceKind;
    undo: readonly string[];
    event: EventDetail;
    resources: ReadonlySet<string>;
  }[] = [];
  /** Calls that take something back: they may come before what they took back. */
  readonly #undoing: EventDetail[] = [];
  #total = 0;

  add(event: EventDetail): void {
    // A call such as PutRolePermissionsBoundary may take one thing back and let somebody in by another.
    if (isUndoing(event) && this.#undoing.length < MOST_STEPS) this.#undoing.push(event);
    const persisting = persistenceOf(event);
    if (persisting === undefined) return;
    this.#total++;
    if (this.#steps.length < MOST_STEPS) {
      this.#steps.push({ ...persisting, event, resources: new Set(event.resources) });
    }
  }

  /** How many there were, those that aren't kept included. */
  get total(): number {
    return this.#total;
  }

  /** What still stands comes before what was taken back within the incident; then by kind, then by time. */
  steps(): readonly LoggedStep[] {
    const taken = new Set<EventDetail>();
    const steps = this.#steps.map((step): LoggedStep => {
      const undoneBy = this.#undoing.find(
        (later) =>
          later.eventTime >= step.event.eventTime &&
          later !== step.event &&
          !taken.has(later) &&
          isUndoneBy(step, later),
      );
      if (undoneBy !== undefined && takesOneBack(step.event, undoneBy)) taken.add(undoneBy);
      return { kind: step.kind, event: step.event, ...(undoneBy !== undefined && { undoneBy }) };
    });
    return steps.sort(
      (a, b) =>
        Number(a.undoneBy !== undefined) - Number(b.undoneBy !== undefined) ||
        PERSISTENCE_KINDS.indexOf(a.kind) - PERSISTENCE_KINDS.indexOf(b.kind) ||
        (a.event.eventTime < b.event.eventTime ? -1 : a.event.eventTime > b.event.eventTime ? 1 : 0),
    );
  }
}
