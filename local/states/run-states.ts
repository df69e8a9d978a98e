import { mapConcurrently } from '../../lambda/shared/concurrency.ts';
import { counted } from '../../lambda/shared/counted.ts';
import { type ChoiceState, type Definition, definitionSchema, type MapState, type TaskState } from './definition.ts';

/** What states need from outside. */
export interface StatesOptions {
  /** Calls a function by its ARN. What it throws is an error of the state, under its name. */
  readonly call: (resource: string, input: unknown) => Promise<unknown>;
  /** The text of an object. */
  readonly read: (bucket: string, key: string) => Promise<string>;
  /** Whether the execution was stopped: no further state or child begins then. */
  readonly isStopped: () => Promise<boolean>;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** An execution that has failed: `name` is the error's, as AWS has it. */
export class ExecutionFailed extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** An execution was stopped. */
export class ExecutionAborted extends Error {
  override readonly name = 'ExecutionAborted';
}

/**
 * Runs a state machine from its beginning to its end, in this process.
 * @param definition in Amazon States Language.
 * @returns its output.
 * @throws ZodError for a definition that uses what isn't known here; ExecutionAborted; ExecutionFailed.
 */
export async function runStates(definition: unknown, input: unknown, options: StatesOptions): Promise<unknown> {
  return run(definitionSchema.parse(definition), input, options);
}

async function run({ StartAt, States }: Definition, input: unknown, options: StatesOptions): Promise<unknown> {
  let data = input;
  for (let name = StartAt; ; ) {
    if (await options.isStopped()) throw new ExecutionAborted(`stopped before ${name}`);
    const state = States[name];
    if (state === undefined) throw new ExecutionFailed('States.Runtime', `there is no state ${name}`);
    switch (state.Type) {
      case 'Succeed':
        return data;
      case 'Choice':
        name = chosen(state, data);
        continue;
      case 'Pass':
        data = placed(data, state.ResultPath, at(data, state.InputPath));
        break;
      case 'Task':
        data = placed(data, state.ResultPath, await runTask(state, data, options));
        break;
      case 'Map':
        await runMap(state, data, options);
        break;
    }
    if (state.Next === undefined) return data;
    name = state.Next;
  }
}

function chosen({ Choices, Default }: ChoiceState, data: unknown): string {
  const holds = Choices.find(({ Variable, NumericGreaterThan, BooleanEquals }) => {
    const value = at(data, Variable);
    if (NumericGreaterThan !== undefined) return typeof value === 'number' && value > NumericGreaterThan;
    return value === BooleanEquals;
  });
  return holds?.Next ?? Default;
}

async function runTask({ Resource, Retry }: TaskState, input: unknown, options: StatesOptions): Promise<unknown> {
  const used = Retry.map(() => 0);
  for (;;) {
    try {
      return (await options.call(Resource, input)) ?? null;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      // The first retrier that names the error decides, also where it has no attempt left.
      const place = Retry.findIndex(({ ErrorEquals }) => ErrorEquals.some((pattern) => names(pattern, name)));
      const retrier = Retry[place];
      const attempts = used[place] ?? 0;
      if (retrier === undefined || attempts >= retrier.MaxAttempts || (await options.isStopped())) {
        throw new ExecutionFailed(name, message);
      }
      used[place] = attempts + 1;
      await options.wait(retrier.IntervalSeconds * 1000 * retrier.BackoffRate ** attempts);
    }
  }
}

function names(pattern: string, error: string): boolean {
  return (
    pattern === error || pattern === 'States.ALL' || (pattern === 'States.TaskFailed' && error !== 'States.Timeout')
  );
}

/** A child execution for each line of an object. */
async function runMap(state: MapState, data: unknown, options: StatesOptions): Promise<void> {
  const { ItemReader, ItemProcessor, MaxConcurrencyPath, ToleratedFailurePercentagePath } = state;
  const { Bucket, 'Key.$': key } = ItemReader.Parameters;
  const text = await options.read(Bucket, String(at(data, key)));
  const items = text.split('\n').filter((line) => line !== '');
  const concurrency = Math.max(1, Number(at(data, MaxConcurrencyPath)));
  const tolerated = (items.length * Number(at(data, ToleratedFailurePercentagePath))) / 100;
  const failures: ExecutionFailed[] = [];
  await mapConcurrently(items, concurrency, async (item) => {
    if (failures.length > tolerated) return;
    if (await options.isStopped()) throw new ExecutionAborted('stopped before a batch');
    try {
      await run(ItemProcessor, JSON.parse(item), options);
    } catch (error) {
      if (!(error instanceof ExecutionFailed)) throw error;
      failures.push(error);
    }
  });
  const [first] = failures;
  if (first === undefined || failures.length <= tolerated) return;
  throw new ExecutionFailed(
    'States.ExceedToleratedFailureThreshold',
    `${failures.length} of ${counted(items.length, 'batch', 'batches')} failed; the first: ${first.message}`,
  );
}

/** The value at a path; undefined where there is none. */
function at(data: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), data);
}

/** A copy of the data with a value at a path. */
function placed(data: unknown, path: string, value: unknown): unknown {
  const place = (inner: unknown, steps: readonly string[]): unknown => {
    const [step, ...others] = steps;
    return step === undefined
      ? value
      : { ...(isObject(inner) ? inner : {}), [step]: place(isObject(inner) ? inner[step] : undefined, others) };
  };
  return place(data, stepsOf(path));
}

function stepsOf(path: string): readonly string[] {
  return path.split('.').slice(1);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
