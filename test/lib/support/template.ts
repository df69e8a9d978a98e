import type { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { ACCOUNT, REGION } from './deployment.ts';

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

const intrinsic = z.union([
  z.strictObject({ Ref: z.string() }).transform(({ Ref }) => PSEUDO_PARAMETERS[Ref] ?? `<${withoutHash(Ref)}>`),
  z
    .strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
    .transform(({ 'Fn::GetAtt': [id, attribute] }) => `<${withoutHash(id)}.${attribute}>`),
  z.strictObject({ 'Fn::ImportValue': z.string() }).transform(({ 'Fn::ImportValue': name }) => `<${exportOf(name)}>`),
  z
    .strictObject({ 'Fn::Sub': z.string() })
    .transform(({ 'Fn::Sub': text }) =>
      text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => PSEUDO_PARAMETERS[name] ?? name),
    ),
]);

/** A part of a template with its references as readable text: `<Bucket.Arn>/*`, `<log-archive:Key.Arn>`. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(readable);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const joined = z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }).safeParse(value);
  if (joined.success) {
    const [separator, parts] = joined.data['Fn::Join'];
    return parts.map(readable).join(separator);
  }
  const resolved = intrinsic.safeParse(value);
  return resolved.success
    ? resolved.data
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member)]));
}

/** CDK ends a logical id with eight hex digits of its path. */
function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

/** CDK names an export by its stack, and by the resource and attribute that it gives. */
function exportOf(name: string): string {
  const [, stack, id, attribute] =
    /^(.+):ExportsOutput(?:Ref|FnGetAtt)(\w+?)[0-9A-F]{8}(Arn)?[0-9A-F]{8}$/.exec(name) ?? [];
  return stack === undefined ? name : `${stack}:${id}${attribute === undefined ? '' : `.${attribute}`}`;
}

/** The properties of every resource of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Record<string, unknown>> {
  const found = template.findResources(type);
  return Object.fromEntries(
    Object.entries(found).map(([id, { Properties = {} }]) => [
      withoutHash(id),
      z.record(z.string(), z.unknown()).parse(readable(Properties)),
    ]),
  );
}

const policySchema = z.looseObject({
  Statement: z.array(z.looseObject({ Effect: z.string(), Sid: z.string().optional() })),
});

/** The statements of a policy document, by their sids: those without one under `1`, `2`… */
export function statements(document: unknown): Record<string, Record<string, unknown>> {
  return Object.fromEntries(policySchema.parse(document).Statement.map((statement, index) => named(statement, index)));
}

function named({ Sid, ...statement }: z.infer<typeof policySchema>['Statement'][number], index: number) {
  return [Sid ?? String(index), statement] as const;
}
