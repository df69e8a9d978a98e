import ipaddr from 'ipaddr.js';
import { parseArn } from '../../../cloudtrail/record/arn.ts';
import { literalPattern } from '../../dynamo/queries/text-pattern.ts';
import type { EventConditions } from '../conditions.ts';
import { isAccessKeyId } from '../trace/issuing.ts';

/** What an incident may be asked by. */
export const SUBJECT_KINDS = [
  'actor',
  'session',
  'credential',
  'address',
  'resource',
  'event',
  'finding',
  'alert',
  'times',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** One way to understand what was asked. */
export interface Reading {
  readonly kind: SubjectKind;
  /** Of an event, finding or alert none: it must be looked up. */
  readonly conditions?: EventConditions;
}

/** CloudTrail writes the ids of events in small letters, wherever they were copied from. */
export const EVENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const FINDING_OR_ALERT = /^[0-9a-f]{32}$/i;
/** Ids that AWS makes unique, `i-0123…`. */
const RESOURCE_ID = /^[a-z][a-z-]{0,20}-[0-9a-f]{8,17}$/;

/**
 * What a text may mean, the most likely first: a key, address, ARN, name, id of an event, finding or alert. What isn't
 * clear from its form has several readings; that which has events is meant.
 */
export function readingsOf(text: string): readonly Reading[] {
  if (isAccessKeyId(text.toUpperCase())) return [readAs('credential', text)];
  if (EVENT_ID.test(text)) return [readAs('event', text), readAs('resource', text)];
  if (FINDING_OR_ALERT.test(text)) return [readAs('alert', text), readAs('finding', text), readAs('event', text)];
  if (isAddress(text)) return [readAs('address', text)];
  const arn = parseArn(text);
  if (arn?.service === 'sts') return [readAs('session', text), readAs('resource', text)];
  if (arn?.service === 'iam' && /^(root$|user\/|role\/)/.test(arn.resource)) {
    return [readAs('actor', text), readAs('resource', text)];
  }
  if (arn !== undefined) return [readAs('resource', text)];
  if (RESOURCE_ID.test(text)) return [readAs('resource', text), readAs('event', text), readAs('session', text)];
  // Who has done nothing yet is known by what was done to them, and there they stand by name alone.
  const [, name] = /^(?:role|user)\/(?:.*\/)?([^/]+)$/.exec(text) ?? [];
  return [
    readAs('actor', text),
    readAs('session', text),
    readAs('resource', text),
    ...(name === undefined ? [] : [readAs('resource', name)]),
    readAs('event', text),
  ];
}

/** A text as one kind of subject. */
export function readAs(kind: SubjectKind, text: string): Reading {
  switch (kind) {
    case 'actor':
      return { kind, conditions: { actor: actorPatterns(text) } };
    case 'session':
      return { kind, conditions: sessionConditions(text) };
    case 'credential':
      return {
        kind,
        conditions: { accessKeyId: [literalPattern(isAccessKeyId(text.toUpperCase()) ? text.toUpperCase() : text)] },
      };
    case 'address':
      return { kind, conditions: { address: [text] } };
    case 'resource':
      return { kind, conditions: { resource: [literalPattern(text)] } };
    default:
      return { kind };
  }
}

/**
 * The patterns of an actor that is named as people write it. Names of roles and users are told without their path, so
 * they mean any path: `role/Deploy` is `*:role/Deploy` too, `root` is `*:root`, and `Deploy` alone is any of that name.
 * The value itself stays: some actors are a principalId or a name of an identity provider.
 */
export function actorPatterns(value: string): readonly string[] {
  // No name of IAM has a colon: ARNs have, and what an identity provider calls its people.
  const isWhole = value.includes(':') || value.includes('*') || /^\d{12}$/.test(value) || value === 'unknown';
  if (isWhole || value.endsWith('.amazonaws.com')) return [value];
  if (value === 'root') return ['*:root'];
  const [, kind, name] = /^(role|user)\/([^/]+)$/.exec(value) ?? [];
  if (kind !== undefined) return [value, `*:${value}`, `*:${kind}/*/${name}`];
  return [value, value.includes('/') ? `*:${value}` : `*/${value}`];
}

/** Of the ARN of a session the role and the name; of anything else the name alone. */
function sessionConditions(text: string): EventConditions {
  const arn = parseArn(text);
  const [, kind, role = '', session = ''] = /^(assumed-role)\/([^/]+)\/(.+)$/.exec(arn?.resource ?? '') ?? [];
  if (arn === undefined) return { session: [literalPattern(text)] };
  // A federated user is its own session.
  if (kind === undefined) return { actor: [literalPattern(text)] };
  const roles = `arn:${arn.partition}:iam::${arn.account}:role/`;
  return {
    actor: [`${roles}${literalPattern(role)}`, `${roles}*/${literalPattern(role)}`],
    session: [literalPattern(session)],
  };
}

function isAddress(text: string): boolean {
  if (text.includes('/')) return /^[\da-f.:]+\/\d+$/i.test(text) && ipaddr.isValidCIDR(text);
  return /^[\da-f.:]+$/i.test(text) && /[.:]/.test(text) && ipaddr.isValid(text);
}
