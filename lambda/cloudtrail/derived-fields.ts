import type { JsonObject } from '../shared/json.ts';
import { findPolicyGrants, type PolicyGrant } from './classify/policy-grants.ts';
import type { CloudTrailEvent } from './cloudtrail-event.ts';

/** The fields of the classification that rules may read, below `trailwarden.`. */
export function derivedFields(event: CloudTrailEvent): object {
  return fieldsOf(event.record, () => event);
}

/**
 * The same fields for a record whose classification isn't made yet: each is made when a rule reads it.
 * @param event classifies the record; called for each field that is read.
 */
export function fieldsOf(record: JsonObject, event: () => CloudTrailEvent): object {
  let grants: readonly PolicyGrant[] | undefined;
  return {
    get actor(): object {
      const { kind, id, name, session, via, account } = event().actor;
      return { kind, id, name, session, via, account };
    },
    get credential(): string {
      return event().credential.lifetime;
    },
    get console(): boolean {
      return event().console;
    },
    get mfa(): boolean | undefined {
      return event().mfa;
    },
    get access(): string {
      return event().access;
    },
    get action(): string {
      return event().action;
    },
    get outcome(): string {
      return event().outcome;
    },
    get category(): string {
      return event().category;
    },
    get resources(): readonly string[] {
      return [...event().resources];
    },
    get address(): string | undefined {
      return event().address;
    },
    get externalAccounts(): readonly string[] {
      return [...event().externalAccounts];
    },
    /** Only few records hold a policy document, and none of the rest of the classification is needed to find it. */
    get grants(): readonly PolicyGrant[] {
      grants ??= findPolicyGrants(record);
      return grants;
    },
  };
}
