/** What an error of the AWS SDK means for the person at the terminal, if it is known. */
export function awsAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  switch (error.name) {
    case 'ResourceNotFoundException':
      return 'There is no such table here. Is --deployment right, and --aws-region that of the audit stack? Without an account, try --local.';
    case 'CredentialsProviderError':
      return `No AWS credentials: ${error.message}. Sign in (aws sso login), name an --aws-profile, or try --local.`;
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return 'The AWS credentials have expired: sign in again.';
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
      return `AWS doesn't take these credentials: ${error.message}`;
    case 'AccessDeniedException':
    case 'AccessDenied':
      return `${error.message}. The command's --help names the policy that it needs.`;
    default:
      return error.message.startsWith('Region is missing')
        ? 'No AWS region: give --aws-region, or set AWS_REGION.'
        : undefined;
  }
}
