import { userInfo } from 'node:os';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { parseArn } from '../../lambda/cloudtrail/record/arn.ts';
import type { JsonObject } from '../../lambda/shared/json.ts';
import type { Caller } from '../../lambda/store/suppressions/suppression-event.ts';
import { REGION } from '../../local/emulators/endpoints.ts';

/** Who runs the command, as AWS knows it. @throws the SDK's errors. */
export async function callerOf(sts: STSClient): Promise<Caller> {
  const { Arn = '', Account = '', UserId = '' } = await sts.send(new GetCallerIdentityCommand({}));
  const { accessKeyId } = await sts.config.credentials();
  const region = await sts.config.region();
  return {
    userIdentity: {
      ...typeAndName(Arn, Account),
      principalId: UserId,
      arn: Arn,
      accountId: Account,
      accessKeyId,
    },
    account: Account,
    region,
  };
}

/** Who runs the command on this machine, over the embedded AWS. */
export function localCaller(): Caller {
  const account = '000000000000';
  return {
    userIdentity: { type: 'Unknown', userName: userInfo().username, accountId: account },
    account,
    region: REGION,
  };
}

/** What GetCallerIdentity tells of "CloudTrail userIdentity element". */
function typeAndName(arn: string, account: string): JsonObject {
  const resource = parseArn(arn)?.resource ?? '';
  const [kind, ...names] = resource.split('/');
  if (kind === 'root') return { type: 'Root' };
  if (kind === 'user') return { type: 'IAMUser', userName: names.at(-1) ?? '' };
  if (kind === 'assumed-role') return { type: 'AssumedRole' };
  if (kind === 'federated-user') return { type: 'FederatedUser', userName: names.at(-1) ?? account };
  return { type: 'Unknown' };
}
