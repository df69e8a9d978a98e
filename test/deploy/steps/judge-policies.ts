import type { Principal } from '../policies/granted-rights.ts';
import { explainUnused } from '../policies/never-used.ts';
import { expectThat } from '../world/expect.ts';
import type { World } from '../world/world.ts';

/** Nothing was refused, everything was understood, and what is granted was used or has a reason. */
export function judgePolicies({ held, failures }: World, all: readonly Principal[]): void {
  expectThat(
    failures.length === 0,
    'Calls could not be held against a policy:',
    failures.map(({ message }) => message),
  );
  for (const principal of all) held.hold([principal], principal.asksThroughServices);
  expectThat(held.refusals.length === 0, 'Calls were refused:', held.refusals);
  const { unexplained, stale } = explainUnused(held.unused(all), all);
  expectThat(
    unexplained.length === 0,
    'Granted and never used: take it away, use it here, or give the reason in test/deploy/policies/never-used.ts.',
    unexplained.map((one) => Object.values(one).join(' ')),
  );
  expectThat(stale.length === 0, 'Reasons in test/deploy/policies/never-used.ts for what is not granted:', stale);
  console.log(
    `        ${held.distinct} distinct calls of ${all.length} roles and policies were allowed, none was refused.`,
  );
}
