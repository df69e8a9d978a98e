import type { EventDetail } from '../indexed-event.ts';

/** What lets somebody come back. */
export const PERSISTENCE_KINDS = [
  'key',
  'user',
  'login',
  'role',
  'trust',
  'policy',
  'access entry',
  'code',
  'network',
] as const;
export type PersistenceKind = (typeof PERSISTENCE_KINDS)[number];

interface Persisting {
  readonly kind: PersistenceKind;
  /** The actions that take it back. */
  readonly undo: readonly string[];
}

/** By kind: actions, each with the name of the one that takes it back, in the same service. */
const BY_KIND: Readonly<Record<PersistenceKind, Readonly<Record<string, string | undefined>>>> = {
  key: {
    'iam:CreateAccessKey': 'DeleteAccessKey',
    'iam:CreateServiceSpecificCredential': 'DeleteServiceSpecificCredential',
    'iam:UploadSSHPublicKey': 'DeleteSSHPublicKey',
    'iam:UploadSigningCertificate': 'DeleteSigningCertificate',
    'ec2:CreateKeyPair': 'DeleteKeyPair',
    'ec2:ImportKeyPair': 'DeleteKeyPair',
    'ec2-instance-connect:SendSSHPublicKey': undefined,
    'ec2-instance-connect:SendSerialConsoleSSHPublicKey': undefined,
  },
  user: {
    'iam:CreateUser': 'DeleteUser',
    'identitystore:CreateUser': 'DeleteUser',
    'sso-directory:CreateUser': 'DeleteUser',
    'organizations:CreateAccount': undefined,
    'organizations:InviteAccountToOrganization': 'CancelHandshake',
  },
  login: {
    'iam:CreateLoginProfile': 'DeleteLoginProfile',
    'iam:UpdateLoginProfile': 'DeleteLoginProfile',
    'iam:CreateVirtualMFADevice': 'DeleteVirtualMFADevice',
    'iam:EnableMFADevice': 'DeactivateMFADevice',
    'iam:DeactivateMFADevice': 'EnableMFADevice',
  },
  role: {
    'iam:CreateRole': 'DeleteRole',
    'iam:AddRoleToInstanceProfile': 'RemoveRoleFromInstanceProfile',
    'ec2:AssociateIamInstanceProfile': 'DisassociateIamInstanceProfile',
    'ec2:ReplaceIamInstanceProfileAssociation': 'DisassociateIamInstanceProfile',
  },
  trust: {
    'iam:UpdateAssumeRolePolicy': undefined,
    'iam:CreateSAMLProvider': 'DeleteSAMLProvider',
    'iam:UpdateSAMLProvider': undefined,
    'iam:CreateOpenIDConnectProvider': 'DeleteOpenIDConnectProvider',
    'iam:AddClientIDToOpenIDConnectProvider': 'RemoveClientIDFromOpenIDConnectProvider',
    'iam:UpdateOpenIDConnectProviderThumbprint': undefined,
    'rolesanywhere:CreateTrustAnchor': 'DeleteTrustAnchor',
    'rolesanywhere:UpdateTrustAnchor': undefined,
    'rolesanywhere:CreateProfile': 'DeleteProfile',
    'eks:AssociateIdentityProviderConfig': 'DisassociateIdentityProviderConfig',
    'eks:CreatePodIdentityAssociation': 'DeletePodIdentityAssociation',
  },
  policy: {
    'iam:AttachUserPolicy': 'DetachUserPolicy',
    'iam:AttachRolePolicy': 'DetachRolePolicy',
    'iam:AttachGroupPolicy': 'DetachGroupPolicy',
    'iam:PutUserPolicy': 'DeleteUserPolicy',
    'iam:PutRolePolicy': 'DeleteRolePolicy',
    'iam:PutGroupPolicy': 'DeleteGroupPolicy',
    'iam:CreatePolicyVersion': 'DeletePolicyVersion',
    'iam:SetDefaultPolicyVersion': undefined,
    'iam:AddUserToGroup': 'RemoveUserFromGroup',
    'iam:DeleteUserPermissionsBoundary': 'PutUserPermissionsBoundary',
    'iam:DeleteRolePermissionsBoundary': 'PutRolePermissionsBoundary',
    'sso:CreateAccountAssignment': 'DeleteAccountAssignment',
    'sso:PutInlinePolicyToPermissionSet': 'DeleteInlinePolicyFromPermissionSet',
    'sso:AttachManagedPolicyToPermissionSet': 'DetachManagedPolicyFromPermissionSet',
    'lambda:AddPermission': 'RemovePermission',
  },
  'access entry': {
    'eks:CreateAccessEntry': 'DeleteAccessEntry',
    'eks:UpdateAccessEntry': undefined,
    'eks:AssociateAccessPolicy': 'DisassociateAccessPolicy',
  },
  code: {
    'lambda:CreateFunction': 'DeleteFunction',
    'lambda:UpdateFunctionCode': 'DeleteFunction',
    'lambda:UpdateFunctionConfiguration': 'DeleteFunction',
    'lambda:CreateFunctionUrlConfig': 'DeleteFunctionUrlConfig',
    'lambda:CreateEventSourceMapping': 'DeleteEventSourceMapping',
    'lambda:PublishLayerVersion': 'DeleteLayerVersion',
    'events:PutTargets': 'RemoveTargets',
    'scheduler:CreateSchedule': 'DeleteSchedule',
    'ssm:CreateAssociation': 'DeleteAssociation',
    'ec2:ModifyInstanceAttribute': 'TerminateInstances',
    'ec2:RunInstances': 'TerminateInstances',
    'codebuild:CreateProject': 'DeleteProject',
    'glue:CreateDevEndpoint': 'DeleteDevEndpoint',
    'sagemaker:CreateNotebookInstance': 'DeleteNotebookInstance',
  },
  network: {
    'ec2:AuthorizeSecurityGroupIngress': 'RevokeSecurityGroupIngress',
    'ec2:CreateVpcPeeringConnection': 'DeleteVpcPeeringConnection',
    'ec2:CreateVpnConnection': 'DeleteVpnConnection',
    'ec2:CreateClientVpnEndpoint': 'DeleteClientVpnEndpoint',
  },
};

/** Who is deleted takes along what was given to them. */
const OF_HOLDER: readonly (readonly [actions: RegExp, undo: string])[] = [
  [/^iam:(Create|Update|Upload|Enable|Attach|Put|Delete)(User|Login|Access|Service|SSH|Signing|MFA)/, 'iam:DeleteUser'],
  [/^iam:(UpdateAssumeRolePolicy|\w+Role\w+)$/, 'iam:DeleteRole'],
  [/^iam:\w+GroupPolicy$/, 'iam:DeleteGroup'],
  [/^lambda:(AddPermission|CreateFunctionUrlConfig)$/, 'lambda:DeleteFunction'],
  [/^ec2:AuthorizeSecurityGroupIngress$/, 'ec2:DeleteSecurityGroup'],
  [/^events:PutTargets$/, 'events:DeleteRule'],
];

const PERSISTING: ReadonlyMap<string, Persisting> = new Map(
  PERSISTENCE_KINDS.flatMap((kind) =>
    Object.entries(BY_KIND[kind]).map(([action, undo]): [string, Persisting] => {
      const own = undo === undefined ? [] : [`${action.slice(0, action.indexOf(':'))}:${undo}`];
      const ofHolder = OF_HOLDER.flatMap(([actions, deletion]) => (actions.test(action) ? [deletion] : []));
      return [action, { kind, undo: [...own, ...ofHolder] }];
    }),
  ),
);

/** Each call adds one of several to what it names, and each that takes back takes one: which one, only records say. */
const ONE_OF_SEVERAL: ReadonlySet<string> = new Set([
  'ec2:AuthorizeSecurityGroupIngress',
  'lambda:AddPermission',
  'events:PutTargets',
]);

/** Whether `undo` takes back one call of `made` at most, and not all that came before it. */
export function takesOneBack(made: Pick<EventDetail, 'action'>, undo: Pick<EventDetail, 'action'>): boolean {
  return ONE_OF_SEVERAL.has(made.action) && !OF_HOLDER.some(([, deletion]) => deletion === undo.action);
}

const UNDOING: ReadonlySet<string> = new Set([...PERSISTING.values()].flatMap(({ undo }) => undo));

/** An instance is named by an id of its own, and often among others. */
const INSTANCE = /^i-[0-9a-z]+$/;

/** What AWS services do on their own behalf keeps nobody in. */
const OF_AWS: ReadonlySet<string> = new Set(['service', 'service-linked-role']);

/** How a successful call lets somebody come back; undefined where it doesn't. */
export function persistenceOf({ action, outcome, actorKind }: EventDetail): Persisting | undefined {
  return outcome !== 'success' || OF_AWS.has(actorKind) ? undefined : PERSISTING.get(action);
}

/** Whether a call may take back what a call of `persistenceOf` did. */
export function isUndoing({ action, outcome }: EventDetail): boolean {
  return outcome === 'success' && UNDOING.has(action);
}

/** Whether a later call took back what one with these resources did: all that it names is among them. */
export function isUndoneBy(
  made: { readonly undo: readonly string[]; readonly resources: ReadonlySet<string> },
  { action, resources }: EventDetail,
): boolean {
  if (!made.undo.includes(action) || resources.length === 0) return false;
  const isNamed = (resource: string): boolean => made.resources.has(resource);
  return resources.every(isNamed) || resources.some((resource) => INSTANCE.test(resource) && isNamed(resource));
}
