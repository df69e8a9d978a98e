import * as z from 'zod';

/**
 * The part of Amazon States Language (JSONPath) that the state machines of this project use: a definition that uses
 * anything else is refused, so that nothing runs here otherwise than in AWS.
 */

/** `$`, `$.a.b`: JSONPath in its simplest form. */
const path = z.string().regex(/^\$(?:\.\w+)*$/);

const retrier = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.number().default(1),
  MaxAttempts: z.number().int().nonnegative().default(3),
  BackoffRate: z.number().min(1).default(2),
});

const next = { Next: z.string().optional(), End: z.literal(true).optional() };

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Retry: z.array(retrier).default([]),
  ResultPath: path.default('$'),
  ...next,
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z.array(
    z.strictObject({
      Variable: path,
      NumericGreaterThan: z.number().optional(),
      BooleanEquals: z.boolean().optional(),
      Next: z.string(),
    }),
  ),
  Default: z.string(),
});

const pass = z.strictObject({
  Type: z.literal('Pass'),
  InputPath: path.default('$'),
  ResultPath: path.default('$'),
  ...next,
});

const distributedMap = z.strictObject({
  Type: z.literal('Map'),
  Label: z.string(),
  ItemReader: z.strictObject({
    Resource: z.string().endsWith(':states:::s3:getObject'),
    ReaderConfig: z.strictObject({ InputType: z.literal('JSONL') }),
    Parameters: z.strictObject({ Bucket: z.string(), 'Key.$': path }),
  }),
  MaxConcurrencyPath: path,
  ToleratedFailurePercentagePath: path,
  ItemProcessor: z.strictObject({
    ProcessorConfig: z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('EXPRESS') }),
    StartAt: z.string(),
    States: z.record(z.string(), task),
  }),
  /** Without ResultWriter all outputs are the result: it is thrown away. */
  ResultPath: z.null(),
  ...next,
});

const state = z.discriminatedUnion('Type', [
  task,
  choice,
  pass,
  distributedMap,
  z.strictObject({ Type: z.literal('Succeed') }),
]);

export const definitionSchema = z.strictObject({
  Comment: z.string().optional(),
  StartAt: z.string(),
  States: z.record(z.string(), state),
});

export type Definition = z.infer<typeof definitionSchema>;
export type TaskState = z.infer<typeof task>;
export type MapState = z.infer<typeof distributedMap>;
export type ChoiceState = z.infer<typeof choice>;
