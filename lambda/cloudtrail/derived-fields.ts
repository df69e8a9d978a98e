import { findPolicyGrants, type PolicyGrant } from './classify/policy-grants.ts';
import type { CloudTrailEvent } from './cloudtrail-event.ts';

/** The fields of the classification that rules may read, below `trailwarden.`. */
export function derivedFields(event: CloudTrailEvent): object {
  let grants: readonly PolicyGrant[] | undefined;
  return {
    actor: {
      kind: event.actor.kind,
      id: event.actor.id,
      name: event.actor.name,
      session: event.actor.session,
      via: event.actor.via,
      account: event.actor.account,
    },
    credential: event.credential.lifetime,
    console: event.console,
    mfa: event.mfa,
    access: event.access,
    action: event.action,
    outcome: event.outcome,
    category: event.category,
    resources: [...event.resources],
    address: event.address,
    externalAccounts: [...event.externalAccounts],
    /** Only few records hold a policy document, so it is read only when a rule asks for it. */
    get grants(): readonly PolicyGrant[] {
      grants ??= findPolicyGrants(event.record);
      return grants;
    },
  };
}
