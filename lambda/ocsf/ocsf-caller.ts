import { isIP } from 'node:net';
import { partitionOfRegion } from '../cloudtrail/record/arn.ts';

/** Who made a call, and from where, as events and findings have it. */
export interface Caller {
  readonly actor: string;
  readonly actorKind?: string;
  readonly actorName?: string;
  readonly session?: string;
  /** The service that called on the actor's behalf. */
  readonly via?: string;
  readonly accessKeyId?: string;
  readonly mfa?: boolean;
  readonly address?: string;
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
}

const USER = 1;
const ADMIN = 2;
const SERVICE = 4;
const OTHER = 99;

/** Kinds of actors that OCSF knows as types of users. For any other, the type is the kind itself. */
const USER_TYPES: Readonly<Record<string, readonly [id: number, name: string]>> = {
  root: [ADMIN, 'Admin'],
  'iam-user': [USER, 'User'],
  'identity-center': [USER, 'User'],
  service: [SERVICE, 'Service'],
  'service-linked-role': [SERVICE, 'Service'],
  unknown: [0, 'Unknown'],
};

/** OCSF's actor object. A role stands as its user, with the session beside it. */
export function actorObject({ actor, actorKind = 'unknown', actorName, session, via, accessKeyId, mfa }: Caller) {
  const [type_id, type] = USER_TYPES[actorKind] ?? [OTHER, actorKind];
  return {
    user: {
      uid: actor,
      ...(actorName !== undefined && { name: actorName }),
      type_id,
      type,
      ...(accessKeyId !== undefined && { credential_uid: accessKeyId }),
    },
    ...((session !== undefined || mfa !== undefined) && {
      session: {
        ...(session !== undefined && { uid: session, issuer: actor }),
        ...(mfa !== undefined && { is_mfa: mfa }),
      },
    }),
    ...(via !== undefined && { invoked_by: via }),
  };
}

/** OCSF's source endpoint, or undefined where the record doesn't name one. */
export function endpointObject({ address, sourceIPAddress }: Caller) {
  const source = address ?? sourceIPAddress;
  if (source === undefined || source === '') return undefined;
  return isIP(source) === 0 ? { svc_name: source } : { ip: source };
}

export function requestMembers({ userAgent }: Caller) {
  return userAgent === undefined ? {} : { http_request: { user_agent: userAgent } };
}

const AWS_ACCOUNT = { type_id: 10, type: 'AWS Account' } as const;

/** OCSF's cloud object. */
export function cloudObject(account: string | undefined, region: string | undefined) {
  return {
    provider: 'AWS',
    ...(region !== undefined && { region, cloud_partition: partitionOfRegion(region) }),
    ...(account !== undefined && { account: { uid: account, ...AWS_ACCOUNT } }),
  };
}

export function resourceObjects(resources: readonly string[], region: string | undefined) {
  return resources.map((uid) => ({ uid, ...(region !== undefined && { region }) }));
}
