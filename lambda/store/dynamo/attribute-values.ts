import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonValue } from '../../shared/json.ts';

/** What a row of natural attributes may hold. Members that are undefined are left out. */
export type AttributeSource =
  | JsonValue
  | undefined
  | readonly AttributeSource[]
  | { readonly [name: string]: AttributeSource };

/**
 * A row as DynamoDB's API has it. The document client makes the same, at several times the cost, because it allows for all
 * that JavaScript has: rows are JSON.
 */
export function attributesOf(row: object): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries<AttributeSource>({ ...row })) {
    if (value !== undefined) attributes[name] = attributeOf(value);
  }
  return attributes;
}

function attributeOf(value: Exclude<AttributeSource, undefined>): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: String(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      if (value === null) return { NULL: true };
      if (isList(value)) return { L: value.flatMap((item) => (item === undefined ? [] : attributeOf(item))) };
      return { M: attributesOf(value) };
  }
}

function isList(value: object): value is readonly AttributeSource[] {
  return Array.isArray(value);
}
