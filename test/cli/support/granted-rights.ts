import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { resources, statements } from '../../lib/support/template.ts';
import type { AskedRight } from './recorded-calls.ts';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const statementSchema = z.object({
  Effect: z.literal('Allow'),
  Action: texts,
  Resource: texts,
  Condition: z
    .object({
      'ForAllValues:StringLike': z.object({ 'dynamodb:LeadingKeys': z.array(z.string()) }).optional(),
      StringEquals: z.looseObject({}).optional(),
    })
    .optional(),
});

/** Whether a policy of the audit stack allows what a call asks for. */
export type Allows = (asked: AskedRight) => boolean;

/**
 * Reads a managed policy out of the template. Its references are replaced by the names of what they refer to.
 * @param data the templates of the data stack and the log archive, whose tables and topic the policy names.
 * @param bucketOf the bucket that a bucket of the template stands for where the calls are made.
 */
export function readPolicy(
  { audit, data, logArchive }: { readonly audit: Template; readonly data: Template; readonly logArchive: Template },
  id: string,
  bucketOf: (name: string) => string,
): Allows {
  const policy = resources(audit, 'AWS::IAM::ManagedPolicy')[id];
  const names = new Map<string, string>();
  for (const [type, property, attribute] of NAMED) {
    for (const [template, stack] of [
      [audit, ''],
      [data, 'data:'],
      [logArchive, 'log-archive:'],
    ] as const) {
      for (const [logicalId, properties] of Object.entries(resources(template, type))) {
        names.set(`<${stack}${logicalId}${attribute}>`, String(properties[property]));
      }
    }
  }
  const granted = Object.values(statements(policy?.PolicyDocument)).map((statement) =>
    statementSchema.parse(statement),
  );
  const patterns = (resource: string) => {
    const [, reference = '', rest = ''] = /^(<[^>]+>)(.*)$/.exec(resource) ?? [];
    const bucket = /^arn:aws:s3:::([^/]+)(.*)$/s.exec(resource);
    if (bucket !== null) return `${bucketOf(bucket[1] ?? '')}${bucket[2]}`;
    // Tables by what their names begin with; single ones are referred to.
    const [, tables] = /^arn:aws:dynamodb:[^:]*:[^:]*:table\/(.*)$/.exec(resource) ?? [];
    if (tables !== undefined) return tables;
    return reference === '' ? resource : `${names.get(reference) ?? reference}${rest}`;
  };
  return ({ action, resource, leadingKeys }) =>
    granted.some(
      ({ Action, Resource, Condition }) =>
        Action.includes(action) &&
        Resource.some((one) => isLike(resource, patterns(one))) &&
        (Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? ['*']).some((pattern) =>
          (leadingKeys ?? ['']).every((key) => isLike(key, pattern)),
        ),
    );
}

const NAMED = [
  ['AWS::DynamoDB::GlobalTable', 'TableName', '.Arn'],
  ['AWS::SQS::Queue', 'QueueName', '.Arn'],
  ['AWS::SNS::Topic', 'TopicName', ''],
  ['AWS::Lambda::Function', 'FunctionName', '.Arn'],
] as const;

function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}
