import type { Principal } from './granted-rights.ts';
import type { Unused } from './held-calls.ts';

/**
 * What the templates grant and this test doesn't need, with the reason why it is granted all the same. `*` stands for
 * every role of a function, and for every action of a statement.
 */
const NEVER_USED: readonly {
  readonly role: string;
  readonly sid: string;
  readonly actions: readonly string[];
  readonly because: string;
}[] = [];

const RULES = NEVER_USED.map((rule) => ({ ...rule, key: `${rule.role} ${rule.sid}` }));

export interface UnusedReport {
  /** Granted, not used, and with no reason. */
  readonly unexplained: readonly Unused[];
  /** Reasons for what isn't granted at all. */
  readonly stale: readonly string[];
}

/** Holds what no call has used against the reasons. */
export function explainUnused(
  unused: readonly Unused[],
  principals: readonly Principal[],
  roleOf: (principal: string) => string,
): UnusedReport {
  const isExplained = ({ principal, sid, action }: Unused) =>
    RULES.some(
      (rule) =>
        [roleOf(principal), '*'].includes(rule.role) &&
        rule.sid === sid &&
        (rule.actions.includes(action) || rule.actions.includes('*')),
    );
  const isGranted = (rule: (typeof RULES)[number]) =>
    principals.some(
      ({ name, statements }) =>
        [roleOf(name), '*'].includes(rule.role) &&
        statements.some(
          ({ Sid, Action }) =>
            Sid === rule.sid && rule.actions.every((action) => action === '*' || Action.includes(action)),
        ),
    );
  return {
    unexplained: unused.filter((one) => !isExplained(one)),
    stale: RULES.filter((rule) => !isGranted(rule)).map(({ key }) => key),
  };
}
