import { viaService } from '../policies/granted-rights.ts';
import type { AskedRight } from './asked-right.ts';

/** What a service does with a key on behalf of whoever makes the call: "Amazon SNS key management" and its like. */
const KEY_USES: readonly { readonly actions: RegExp; readonly service: string; readonly uses: readonly string[] }[] = [
  // "How DynamoDB uses grants" and its table keys: whoever reads or writes needs both.
  { actions: /^dynamodb:(?!Describe|UpdateTable)/, service: 'dynamodb', uses: ['kms:Decrypt'] },
  { actions: /^s3:GetObject/, service: 's3', uses: ['kms:Decrypt'] },
  { actions: /^s3:PutObject$/, service: 's3', uses: ['kms:GenerateDataKey'] },
  { actions: /^sns:Publish$/, service: 'sns', uses: ['kms:GenerateDataKey', 'kms:Decrypt'] },
  { actions: /^sqs:SendMessage$/, service: 'sqs', uses: ['kms:GenerateDataKey', 'kms:Decrypt'] },
  { actions: /^sqs:ReceiveMessage$/, service: 'sqs', uses: ['kms:Decrypt'] },
];

/** The rights to keys that a call asks for beside its own, where its resource is encrypted with a key of the account. */
export function rightsThroughKeys(
  { action, resource, context }: AskedRight,
  keys: ReadonlyMap<string, string>,
): readonly AskedRight[] {
  const key = [...keys].find(([arn]) => resource === arn || resource.startsWith(`${arn}/`));
  if (key === undefined) return [];
  const region = key[1];
  return KEY_USES.filter(({ actions }) => actions.test(action)).flatMap(({ service, uses }) =>
    uses.map((use) => ({ action: use, resource: key[1], context: { ...context, ...viaService(service, region) } })),
  );
}
