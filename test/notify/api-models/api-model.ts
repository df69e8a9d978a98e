import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const shape = z.object({
  type: z.enum(['structure', 'list', 'map', 'string', 'integer', 'double', 'timestamp', 'boolean']),
  required: z.array(z.string()).default([]),
  members: z.record(z.string(), z.string()).default({}),
  member: z.string().default(''),
  key: z.string().default(''),
  value: z.string().default(''),
  enum: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().optional(),
});

const modelSchema = z.object({
  operation: z.string(),
  uri: z.string(),
  /** The header that names the operation, where the protocol has one. */
  target: z.string().optional(),
  input: z.string(),
  output: z.string(),
  shapes: z.record(z.string(), shape),
});

export type ApiModel = z.infer<typeof modelSchema>;

/** One operation of a service, as AWS publishes it for its SDKs. Members that Trailwarden never sends are left out. */
export function apiModel(name: 'put-events' | 'batch-import-findings'): ApiModel {
  return modelSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8')));
}

/** What of a value isn't as its shape says, with the path of each fault; empty for a value that fits. */
export function faultsOf(model: ApiModel, shapeName: string, value: unknown, path = '$'): readonly string[] {
  const of = model.shapes[shapeName];
  if (of === undefined) return [`${path}: the model has no shape ${shapeName}`];
  const sized = (size: number, what: string): string[] =>
    size < (of.min ?? 0) || size > (of.max ?? Number.POSITIVE_INFINITY) ? [`${path}: ${size} ${what}`] : [];
  switch (of.type) {
    case 'structure': {
      if (!isObject(value)) return [`${path}: no structure`];
      return [
        ...of.required.filter((name) => value[name] === undefined).map((name) => `${path}.${name}: is missing`),
        ...Object.entries(value).flatMap(([name, member]) => {
          const inner = of.members[name];
          if (inner === undefined) return [`${path}.${name}: is no member`];
          return faultsOf(model, inner, member, `${path}.${name}`);
        }),
      ];
    }
    case 'list':
      if (!Array.isArray(value)) return [`${path}: no list`];
      return [
        ...sized(value.length, 'members'),
        ...value.flatMap((member, index) => faultsOf(model, of.member, member, `${path}[${index}]`)),
      ];
    case 'map':
      if (!isObject(value)) return [`${path}: no map`];
      return [
        ...sized(Object.keys(value).length, 'entries'),
        ...Object.entries(value).flatMap(([key, member]) => [
          ...faultsOf(model, of.key, key, `${path} key`),
          ...faultsOf(model, of.value, member, `${path}.${key}`),
        ]),
      ];
    case 'string':
      if (typeof value !== 'string') return [`${path}: no string`];
      return [
        ...sized(value.length, 'characters'),
        ...(of.enum !== undefined && !of.enum.includes(value) ? [`${path}: none of its values`] : []),
        ...(of.pattern !== undefined && !new RegExp(`^(?:${of.pattern})$`, 's').test(value)
          ? [`${path}: not its pattern`]
          : []),
      ];
    case 'integer':
    case 'double':
    case 'timestamp':
      return typeof value === 'number' ? [] : [`${path}: no number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: no boolean`];
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
