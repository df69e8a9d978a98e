import { parseArn, partitionOfRegion } from '../record/arn.ts';
import type { ReadRecord, UserIdentity } from '../record/read-record.ts';
import { isAmazonEfsAccount } from './amazon-efs.ts';

export type ActorKind =
  | 'root'
  | 'iam-user'
  | 'assumed-role'
  | 'federated-user'
  | 'web-identity'
  | 'saml'
  | 'identity-center'
  | 'service'
  | 'service-linked-role'
  | 'aws-account'
  | 'unknown';

/** Who did it, as one stable identity. */
export interface Actor {
  readonly kind: ActorKind;
  /** A role's or user's ARN, `arn:…:root`, a service principal, an account: the same for every session and key. */
  readonly id: string;
  /** The name that people use, if it says more than the id. */
  readonly name?: string;
  /** The name of the role session. */
  readonly session?: string;
  /** The service that made the call for the actor (`invokedBy`). */
  readonly via?: string;
  readonly account?: string;
}

/** Reads "CloudTrail userIdentity element"; `type` decides. */
export function classifyActor(read: ReadRecord): Actor {
  const identity = read.userIdentity ?? undefined;
  const account = identity?.accountId ?? read.recipientAccountId;
  const partition = partitionOf(identity, read.awsRegion);

  if (isAmazonEfsAccount(identity?.accountId)) {
    return {
      kind: 'service',
      id: 'elasticfilesystem.amazonaws.com',
      name: `Amazon EFS in ${read.awsRegion ?? 'an unknown region'}`,
      ...(account && { account }),
    };
  }
  if (identity === undefined) return unknownActor(read);

  const via = identity.invokedBy;
  const common = { ...(via && { via }), ...(account && { account }) };
  switch (identity.type) {
    case 'Root':
      return { kind: 'root', id: `arn:${partition}:iam::${account ?? ''}:root`, ...common };
    case 'IAMUser':
      return { kind: 'iam-user', id: userArn(identity, partition), ...named(identity.userName), ...common };
    case 'AssumedRole':
    case 'Role':
      return { ...role(identity, partition), ...common };
    case 'FederatedUser':
      return {
        kind: 'federated-user',
        id: identity.arn ?? `${account ?? 'unknown'}:federated-user`,
        ...named(identity.userName),
        ...common,
      };
    case 'WebIdentityUser':
      return { kind: 'web-identity', id: externalId(identity), ...named(identity.userName), ...common };
    case 'SAMLUser':
      return { kind: 'saml', id: externalId(identity), ...named(identity.userName), ...common };
    case 'IdentityCenterUser':
      return {
        kind: 'identity-center',
        id: identity.onBehalfOf?.userId ?? identity.principalId ?? 'unknown',
        ...named(identity.userName),
        ...common,
      };
    case 'AWSAccount':
      return { kind: 'aws-account', id: identity.accountId ?? identity.principalId ?? 'unknown', ...common };
    case 'AWSService':
      return { kind: 'service', id: via ?? serviceAddress(read) ?? 'unknown', ...(account && { account }) };
    case undefined:
      return via === undefined ? unknownActor(read) : { kind: 'service', id: via, ...(account && { account }) };
    default:
      return {
        kind: 'unknown',
        id: identity.arn ?? identity.principalId ?? identity.userName ?? identity.type,
        ...common,
      };
  }
}

function named(name: string | undefined): { name?: string } {
  return name === undefined ? {} : { name };
}

function partitionOf(identity: UserIdentity | undefined, region: string | undefined): string {
  const arn = identity?.arn === undefined ? undefined : parseArn(identity.arn);
  return arn?.partition ?? partitionOfRegion(region);
}

function userArn(identity: UserIdentity, partition: string): string {
  if (identity.arn !== undefined) return identity.arn;
  if (identity.userName === undefined) return identity.principalId ?? 'unknown';
  return `arn:${partition}:iam::${identity.accountId ?? ''}:user/${identity.userName}`;
}

function role(identity: UserIdentity, partition: string): Pick<Actor, 'kind' | 'id' | 'name' | 'session'> {
  const issuer = identity.sessionContext?.sessionIssuer ?? undefined;
  const assumed = /:assumed-role\/([^/]+)(?:\/(.+))?$/s.exec(identity.arn ?? '');
  const name = issuer?.userName ?? assumed?.[1];
  const account = issuer?.accountId ?? identity.accountId ?? '';
  const fallback =
    name === undefined ? (identity.arn ?? identity.principalId) : `arn:${partition}:iam::${account}:role/${name}`;
  const id = issuer?.arn ?? fallback ?? 'unknown';
  const session = assumed?.[2] ?? sessionOfPrincipal(identity.principalId);
  return {
    kind: roleKind(id, name),
    id,
    ...named(name),
    ...(session !== undefined && { session }),
  };
}

function roleKind(id: string, name: string | undefined): ActorKind {
  if (id.includes(':role/aws-service-role/') || name?.startsWith('AWSServiceRoleFor')) return 'service-linked-role';
  if (name?.startsWith('AWSReservedSSO_')) return 'identity-center';
  return 'assumed-role';
}

function sessionOfPrincipal(principalId: string | undefined): string | undefined {
  const colon = principalId?.indexOf(':') ?? -1;
  return colon < 0 ? undefined : principalId?.slice(colon + 1);
}

function externalId(identity: UserIdentity): string {
  return (
    identity.principalId ?? ([identity.identityProvider, identity.userName].filter(Boolean).join(':') || 'unknown')
  );
}

function unknownActor(read: ReadRecord): Actor {
  return {
    kind: 'unknown',
    id: 'unknown',
    ...(read.recipientAccountId && { account: read.recipientAccountId }),
  };
}

function serviceAddress(read: ReadRecord): string | undefined {
  return read.sourceIPAddress?.endsWith('.amazonaws.com') ? read.sourceIPAddress : undefined;
}
