import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/** A text with CloudFormation's pseudo parameters in it, as CDK resolves it. */
const resolvedText = z.union([
  z.string(),
  z.object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.union([z.string(), z.object({ Ref: z.string() })]))]) }),
]);

/**
 * Says to cdk-nag why a policy names the objects of a bucket with a wildcard: nobody knows the keys beforehand.
 * It holds for this one ARN; any other wildcard in the same policy stays a finding.
 */
export function acknowledgeObjects(scope: IConstruct, objectsArn: string, reason: string): void {
  const resolved = resolvedText.parse(Stack.of(scope).resolve(objectsArn));
  const parts = typeof resolved === 'string' ? [resolved] : resolved['Fn::Join'][1];
  const name = parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${name}]`, reason });
}
