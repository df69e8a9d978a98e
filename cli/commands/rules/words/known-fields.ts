/** Names below a field: a map of them, a list of the values that it can have, or `undefined` where anything may stand. */
export type Known = { readonly [name: string]: Known | readonly string[] | undefined };

const ISSUER: Known = {
  type: undefined,
  principalId: undefined,
  arn: undefined,
  accountId: undefined,
  userName: undefined,
};

/**
 * Members of a record, after "CloudTrail record contents" and "CloudTrail userIdentity element", those of aggregated
 * and Insights events included. Services and later versions add others: what isn't here is worth a warning, no more.
 */
export const RECORD_FIELDS: Known = {
  ...open('eventVersion eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage'),
  ...open('requestParameters responseElements additionalEventData requestID eventID eventType apiVersion'),
  ...open('managementEvent readOnly resources recipientAccountId serviceEventDetails sharedEventID vpcEndpointId'),
  ...open('vpcEndpointAccountId eventCategory addendum sessionCredentialFromConsole eventContext edgeDeviceDetails'),
  ...open('insightDetails eventId accountId timeWindow summary sharedEventId insightContext'),
  tlsDetails: open('tlsVersion cipherSuite clientProvidedHostHeader keyExchange'),
  userIdentity: {
    ...open('type principalId arn accountId accessKeyId userName invokedBy identityProvider credentialId inScopeOf'),
    onBehalfOf: open('userId identityStoreArn'),
    sessionContext: {
      ...open('webIdFederationData sourceIdentity ec2RoleDelivery assumedRoot sessionIssuer signInSessionArn'),
      sessionIssuer: ISSUER,
      attributes: open('mfaAuthenticated creationDate sessionCredentialFromConsole'),
    },
  },
};

const FLAG = ['true', 'false'];

/** What the classification gives to rules below `trailwarden.`: all that there is. */
export const DERIVED_FIELDS: Known = {
  actor: {
    kind: [
      ...['root', 'iam-user', 'assumed-role', 'federated-user', 'web-identity', 'saml', 'identity-center', 'service'],
      ...['service-linked-role', 'aws-account', 'unknown'],
    ],
    ...open('id name session via account'),
  },
  credential: ['long-term', 'temporary', 'none'],
  console: FLAG,
  mfa: FLAG,
  access: ['read', 'write', 'tagging', 'permissions-management', 'list'],
  action: undefined,
  outcome: ['success', 'denied', 'error'],
  category: ['management', 'data', 'insight', 'network-activity', 'aggregated'],
  resources: undefined,
  address: undefined,
  externalAccounts: undefined,
  ...open('network country asn asnName'),
  account: open('name ou'),
  user: open('name'),
  grants: { ...open('principals actions resources'), public: FLAG },
};

function open(names: string): Known {
  return Object.fromEntries(names.split(' ').map((name) => [name, undefined]));
}
