import * as z from 'zod';
import {
  COMPARISONS,
  CORRELATION_OPERATORS,
  CORRELATION_TYPES,
  LEVELS,
  QUANTIFIERS,
  type Quantifier,
  STATUSES,
  TIME_PARTS,
} from './rule-set.ts';
import type { Part } from './sigma-string.ts';

const partSchema: z.ZodType<Part> = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ wild: z.enum(['many', 'one', 'dash']) }),
]);

/** A field: its name as the rule writes it, and the keys (text) and list positions (numbers) that lead to it. */
const fieldSchema = z.strictObject({
  name: z.string(),
  path: z.array(z.union([z.string(), z.int()])).readonly(),
});
export type Field = z.infer<typeof fieldSchema>;

const valueTestSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('text'), pattern: z.array(partSchema).readonly(), cased: z.boolean() }),
  z.strictObject({
    is: z.literal('regex'),
    pattern: z.string(),
    ignoreCase: z.boolean(),
    multiline: z.boolean(),
    dotAll: z.boolean(),
  }),
  z.strictObject({ is: z.literal('cidr'), network: z.string() }),
  z.strictObject({ is: z.literal('number'), compare: z.enum([...COMPARISONS, 'eq']), value: z.number() }),
  z.strictObject({
    is: z.literal('time'),
    part: z.enum(TIME_PARTS),
    compare: z.enum([...COMPARISONS, 'eq']),
    value: z.number(),
  }),
  z.strictObject({
    is: z.literal('field'),
    field: fieldSchema,
    how: z.enum(['equals', 'contains', 'startswith', 'endswith']),
    cased: z.boolean(),
  }),
  z.strictObject({ is: z.literal('null') }),
]);
/** What one value of a rule asks of a value of the event. */
export type ValueTest = z.infer<typeof valueTestSchema>;

/** `values` are linked by `link`; each is a list of alternatives, of which one is enough (the offsets of base64…). */
const valuesShape = {
  values: z.array(z.array(valueTestSchema).readonly()).readonly(),
  link: z.enum(['any', 'all']),
};

/** A part of a search identifier. */
export type SelectionNode =
  | { kind: 'and' | 'or'; of: readonly SelectionNode[] }
  | ({ kind: 'field'; field: Field; label: string; negated: boolean } & z.infer<typeof linkedValuesSchema>)
  | ({ kind: 'keywords'; label: string } & z.infer<typeof linkedValuesSchema>)
  | { kind: 'exists'; field: Field; expected: boolean }
  | { kind: 'members'; field: Field; quantifier: Quantifier; body: SelectionNode }
  | { kind: 'detection'; detection: Detection };

/** A condition over search identifiers. */
export type ConditionNode =
  | { kind: 'and' | 'or'; of: readonly ConditionNode[] }
  | { kind: 'not'; of: ConditionNode }
  | { kind: 'selection'; name: string }
  | { kind: 'of'; atLeast: number; text: string; names: readonly string[] };

/** Search identifiers by name, and the condition over them. */
export interface Detection {
  selections: Readonly<Record<string, SelectionNode>>;
  condition: ConditionNode;
}

const linkedValuesSchema = z.strictObject(valuesShape);

const selectionNodeSchema: z.ZodType<SelectionNode> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['and', 'or']), of: z.array(selectionNodeSchema).readonly() }),
    z.strictObject({
      kind: z.literal('field'),
      field: fieldSchema,
      label: z.string(),
      negated: z.boolean(),
      ...valuesShape,
    }),
    z.strictObject({ kind: z.literal('keywords'), label: z.string(), ...valuesShape }),
    z.strictObject({ kind: z.literal('exists'), field: fieldSchema, expected: z.boolean() }),
    z.strictObject({
      kind: z.literal('members'),
      field: fieldSchema,
      quantifier: z.enum(QUANTIFIERS),
      body: selectionNodeSchema,
    }),
    z.strictObject({ kind: z.literal('detection'), detection: detectionSchema }),
  ]),
);

const conditionNodeSchema: z.ZodType<ConditionNode> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['and', 'or']), of: z.array(conditionNodeSchema).readonly() }),
    z.strictObject({ kind: z.literal('not'), of: conditionNodeSchema }),
    z.strictObject({ kind: z.literal('selection'), name: z.string() }),
    z.strictObject({
      kind: z.literal('of'),
      atLeast: z.int().min(1),
      text: z.string(),
      names: z.array(z.string()).readonly(),
    }),
  ]),
);

const detectionSchema: z.ZodType<Detection> = z.strictObject({
  selections: z.record(z.string(), selectionNodeSchema),
  condition: conditionNodeSchema,
});

const logsourceSchema = z.strictObject({
  category: z.string().optional(),
  product: z.string().optional(),
  service: z.string().optional(),
});
export type Logsource = z.infer<typeof logsourceSchema>;

const metadataSchema = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  title: z.string(),
  level: z.enum(LEVELS),
  status: z.enum(STATUSES).optional(),
  description: z.string().optional(),
  author: z.string().optional(),
  license: z.string().optional(),
  date: z.string().optional(),
  modified: z.string().optional(),
  tags: z.array(z.string()).readonly(),
  references: z.array(z.string()).readonly(),
  falsepositives: z.array(z.string()).readonly(),
  fields: z.array(z.string()).readonly(),
  file: z.string(),
  /** Where the document starts in its file, from 1. */
  line: z.int(),
  /** SHA-256 of the rule as it is judged: the rule's version, which changes with any change of meaning. */
  hash: z.string(),
  /** False for a rule that only serves a correlation: it makes no findings of its own. */
  finding: z.boolean(),
  /** A finding stands for all that its rule matches in a session, and not for one event. */
  per: z.literal('session').optional(),
  /** Its findings belong to the alert of another rule about the same event, where there is one. */
  joins: z.literal(true).optional(),
});
export type Metadata = z.infer<typeof metadataSchema>;

const detectionRuleSchema = z.strictObject({
  kind: z.literal('detection'),
  metadata: metadataSchema,
  logsource: logsourceSchema,
  detection: detectionSchema,
  /** Filters that name this rule; all of them must hold as well. */
  filters: z.array(z.strictObject({ title: z.string(), detection: detectionSchema })).readonly(),
});
export type DetectionRule = z.infer<typeof detectionRuleSchema>;

/** A group-by or value field: one field for all the rules, or (an alias) one for each. */
const correlatedFieldSchema = z.strictObject({
  name: z.string(),
  /** By the id of the rule that the event matched. */
  byRule: z.record(z.string(), fieldSchema),
});
export type CorrelatedField = z.infer<typeof correlatedFieldSchema>;

const correlationRuleSchema = z.strictObject({
  kind: z.literal('correlation'),
  metadata: metadataSchema,
  type: z.enum(CORRELATION_TYPES),
  /** The ids of the rules it correlates, in the rule's own order. */
  rules: z.array(z.string()).readonly(),
  groupBy: z.array(correlatedFieldSchema).readonly(),
  /** Milliseconds. */
  timespan: z.int().positive(),
  /** All of them must hold; none for first_seen. */
  condition: z.array(z.strictObject({ compare: z.enum(CORRELATION_OPERATORS), value: z.number() })).readonly(),
  /** For a temporal correlation, by the rules' ids: which of them must have matched, and which must not. */
  ruleCondition: conditionNodeSchema.optional(),
  /** What value_count counts, the other value_ types compute over, and first_seen has not seen before. */
  valueFields: z.array(correlatedFieldSchema).readonly(),
  /** For first_seen, in milliseconds: so long values are learnt, and none fires. */
  learning: z.int().nonnegative().optional(),
  /** 0 to 100, for value_percentile. */
  percentile: z.number().min(0).max(100).optional(),
  /** For a chain: how many tactics its rules must come to, and those of each rule, by its id. */
  tactics: z
    .strictObject({ atLeast: z.int().min(1), byRule: z.record(z.string(), z.array(z.string()).readonly()) })
    .optional(),
});
export type CorrelationRule = z.infer<typeof correlationRuleSchema>;

/**
 * Rules, parsed, checked and normalised: plain JSON, so that it can be written when the application is synthesized
 * and read back when a function starts. `createDetector` builds its closures from nothing else.
 */
export const ruleSetSchema = z.strictObject({
  version: z.literal(1),
  rules: z.array(z.discriminatedUnion('kind', [detectionRuleSchema, correlationRuleSchema])).readonly(),
});
export type RuleSet = z.infer<typeof ruleSetSchema>;
