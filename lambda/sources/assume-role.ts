import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';

export interface RoleToAssume {
  readonly role: string;
  readonly externalId?: string | undefined;
  /** What the role's calls are recorded under: 2 to 64 letters, digits and `=,.@-_`. */
  readonly session: string;
}

/** As the SDK's clients take them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** STS answered without credentials. */
class NoCredentials extends Error {
  // The name says that another try may help, as for other faults of credentials.
  override readonly name = 'CredentialsMissing';
}

/**
 * Credentials of a role for an hour; the SDK's clients ask again before they end.
 * @throws the SDK's errors: AccessDenied where the role doesn't trust the caller.
 */
export async function assumeRole(
  sts: STSClient,
  { role, externalId, session }: RoleToAssume,
): Promise<RoleCredentials> {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: role,
      RoleSessionName: session,
      ...(externalId !== undefined && { ExternalId: externalId }),
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined) {
    throw new NoCredentials(`STS gave no credentials of ${role}`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(SessionToken !== undefined && { sessionToken: SessionToken }),
    ...(Expiration !== undefined && { expiration: Expiration }),
  };
}
