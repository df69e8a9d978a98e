import type { JsonObject } from '../shared/json.ts';
import { LazyFields } from '../shared/lazy-fields.ts';
import { findPolicyGrants, type PolicyGrant } from './classify/policy-grants.ts';
import type { CloudTrailEvent, EventParts } from './cloudtrail-event.ts';
import { accountNamesOf, placeOf, userNameOf } from './directory.ts';

/** The fields of the classification that rules may read, below `trailwarden.`. */
export function derivedFields(event: CloudTrailEvent): object {
  const names = [...Object.keys(OF_EVENT), GRANTS];
  const fields = fieldsOf(event.record, () => event);
  return Object.fromEntries(names.map((name) => [name, fields.field(name)]));
}

/**
 * The same fields for a record whose classification isn't made yet: each is made when a rule reads it.
 * @param event the classification, or what makes parts of it; called for each field that is read.
 */
export function fieldsOf(record: JsonObject, event: () => EventParts): LazyFields {
  return new DerivedFields(record, event);
}

const OF_EVENT: Readonly<Record<string, (event: EventParts) => unknown>> = {
  actor: ({ actor: { kind, id, name, session, via, account } }) => ({ kind, id, name, session, via, account }),
  credential: ({ credential }) => credential.lifetime,
  console: (event) => event.console,
  mfa: ({ mfa }) => mfa,
  access: ({ access }) => access,
  action: ({ action }) => action,
  outcome: ({ outcome }) => outcome,
  category: ({ category }) => category,
  resources: ({ resources }) => [...resources],
  address: ({ address }) => address,
  externalAccounts: ({ externalAccounts }) => [...externalAccounts],
  network: (event) => placeOf(event).network,
  country: (event) => placeOf(event).country,
  asn: (event) => placeOf(event).asn,
  asnName: (event) => placeOf(event).asnName,
  account: (event) => accountNamesOf(event),
  user: (event) => {
    const name = userNameOf(event);
    return name === undefined ? undefined : { name };
  },
};

const GRANTS = 'grants';

class DerivedFields extends LazyFields {
  readonly #record: JsonObject;
  readonly #event: () => EventParts;
  #grants: readonly PolicyGrant[] | undefined;

  constructor(record: JsonObject, event: () => EventParts) {
    super();
    this.#record = record;
    this.#event = event;
  }

  override field(name: string): unknown {
    // Only few records hold a policy document, and none of the rest of the classification is needed to find it.
    if (name === GRANTS) return this.#policyGrants();
    return Object.hasOwn(OF_EVENT, name) ? OF_EVENT[name]?.(this.#event()) : undefined;
  }

  #policyGrants(): readonly PolicyGrant[] {
    this.#grants ??= findPolicyGrants(this.#record);
    return this.#grants;
  }
}
