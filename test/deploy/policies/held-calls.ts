import type { AskedRight } from '../proxy/asked-right.ts';
import type { Principal } from './granted-rights.ts';
import { allows } from './statement.ts';

/** A call that no statement allows. */
export interface Refusal {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
}

/** An action of a statement that no call has asked for. */
export interface Unused {
  readonly principal: string;
  readonly sid: string;
  readonly action: string;
}

/** Holds every call against the statements of whoever makes it, and remembers which were of use. */
export class HeldCalls {
  readonly #distinct = new Set<string>();
  readonly #used = new Set<string>();
  readonly #refusals = new Map<string, Refusal>();

  /** @param principals those whose statements somebody has together. @returns whether they allow all of it. */
  hold(principals: readonly Principal[], rights: readonly AskedRight[]): boolean {
    return rights.map((right) => this.#holdOne(principals, right)).every(Boolean);
  }

  #holdOne(principals: readonly Principal[], right: AskedRight): boolean {
    const { action, resource } = right;
    const principal = principals.map(({ name }) => name).join(' and ');
    const allowing = principals.flatMap(({ name, statements }) =>
      statements.filter((statement) => allows(statement, right)).map(({ Sid }) => [name, Sid, action].join(' ')),
    );
    if (allowing.length === 0) {
      this.#refusals.set([principal, action, resource].join(' '), { principal, action, resource });
      return false;
    }
    this.#distinct.add([principal, action, withoutObject(resource)].join(' '));
    for (const statement of allowing) this.#used.add(statement);
    return true;
  }

  /** Calls that differ in who makes them, the action, or the resource; an object of a bucket is no resource of its own. */
  get distinct(): number {
    return this.#distinct.size;
  }

  get refusals(): readonly Refusal[] {
    return [...this.#refusals.values()];
  }

  unused(principals: Iterable<Principal>): readonly Unused[] {
    return [...principals].flatMap(({ name, statements }) =>
      statements.flatMap(({ Sid, Action }) =>
        Action.filter((action) => !this.#used.has([name, Sid, action].join(' '))).map((action) => ({
          principal: name,
          sid: Sid,
          action,
        })),
      ),
    );
  }
}

function withoutObject(resource: string): string {
  return resource.startsWith('arn:aws:s3:::') ? (resource.split('/')[0] ?? resource) : resource;
}
