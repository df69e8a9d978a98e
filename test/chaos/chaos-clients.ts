import { type Clients, createClients } from '../../local/deployment/local-clients.ts';
import type { Resources } from '../../local/deployment/provision-resources.ts';
import type { Endpoints } from '../../local/emulators/endpoints.ts';
import type { Gremlin } from './faults.ts';
import { dropBody, OpenBodies } from './open-bodies.ts';

/** Messages that functions send: SNS and SQS aren't emulated here, but taken down. */
export interface Outbox {
  published(topicArn: string, message: string): void;
  sent(queueUrl: string, body: string, delaySeconds: number): void;
}

export interface ChaosOptions {
  readonly endpoints: Endpoints;
  readonly resources: Resources;
  readonly gremlin: Gremlin;
  readonly outbox: Outbox;
  /** Told of each call, by its site. */
  readonly onCall: (site: string) => void;
  /** Awaited before each call, with its site. */
  readonly beforeCall?: (site: string) => Promise<void>;
  /** Clients of other services, whose calls are under the same dangers. */
  readonly others?: readonly { readonly middlewareStack: unknown }[];
}

/** The clients of one instance of a function, which may die at any call: then no call of it ever answers again. */
export interface ChaosClients extends Clients {
  /** Resolves when the function was killed. */
  readonly killed: Promise<void>;
  readonly bodies: OpenBodies;
  /** Does something that stands for a call of AWS, under the same dangers. */
  perform<Result>(site: string, call: () => Promise<Result>): Promise<Result>;
}

/** The shape of the SDK's middleware, as far as it is used here. */
type Handler = (args: { input: Input }) => Promise<{ output: object; response: unknown }>;
type Middleware = (next: Handler, context: { commandName?: string }) => Handler;

interface Input {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly RequestItems?: Readonly<Record<string, readonly unknown[]>>;
  readonly Statements?: readonly { readonly Statement?: string }[];
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string }>>[];
  readonly Bucket?: string;
  readonly Key?: string;
  readonly QueueUrl?: string;
  readonly SecretId?: string;
  readonly Name?: string;
  readonly TopicArn?: string;
  readonly Message?: string;
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
}

export function chaosClients(options: ChaosOptions): ChaosClients {
  const clients = createClients(options.endpoints);
  let die = (): void => {};
  const killed = new Promise<void>((resolve) => {
    die = resolve;
  });
  let isDead = false;
  const never = new Promise<never>(() => {});
  const kill = (): Promise<never> => {
    isDead = true;
    die();
    return never;
  };
  const perform = async <Result>(
    site: string,
    call: () => Promise<Result>,
    callHalf: () => Promise<Result> = call,
  ): Promise<Result> => {
    if (isDead) return never;
    options.onCall(site);
    await options.beforeCall?.(site);
    const fault = options.gremlin.faultOf(site);
    switch (fault) {
      case 'fail':
        throw named('InternalServerError');
      case 'throttle':
        throw named('ThrottlingException');
      case 'time-out':
        throw named('TimeoutError');
      case 'kill-before':
        return kill();
      case 'unprocessed':
        return callHalf();
      case 'lost-answer':
        drop(await call());
        throw named('TimeoutError');
      case 'kill-after':
        drop(await call());
        return kill();
      case undefined: {
        const result = await call();
        return isDead ? never : result;
      }
    }
  };
  const bodies = new OpenBodies();
  const performAndNote: typeof perform<Awaited<ReturnType<Handler>>> = async (...call) => {
    const result = await perform(...call);
    bodies.note(result.output);
    return result;
  };
  const middleware: Middleware = (next, { commandName = '' }) => {
    const answer: Handler = takenDown(commandName, options.outbox) ?? next;
    return (args) =>
      performAndNote(
        siteOf(commandName, args.input, options.resources),
        () => answer(args),
        () => half(answer, args),
      );
  };
  for (const client of [clients.dynamodb, clients.s3, clients.sns, clients.sqs, ...(options.others ?? [])]) {
    // Each client's stack has its own types of input and output, which this one reads by their common fields alone.
    const stack = client.middlewareStack as unknown as {
      add(middleware: Middleware, options: { step: 'initialize'; priority: 'high' }): void;
    };
    stack.add(middleware, { step: 'initialize', priority: 'high' });
  }
  return { ...clients, killed, bodies, perform };
}

/** What was answered, and never arrived. */
function drop(result: unknown): void {
  if (typeof result === 'object' && result !== null && 'output' in result) dropBody(result.output);
}

function named(name: string): Error {
  return Object.assign(new Error(`${name}, by the gremlin`), { name });
}

function takenDown(commandName: string, outbox: Outbox): Handler | undefined {
  const done = { output: { MessageId: 'taken-down' }, response: {} };
  switch (commandName) {
    case 'PublishCommand':
      return async ({ input: { TopicArn = '', Message = '' } }) => {
        outbox.published(TopicArn, Message);
        return done;
      };
    case 'SendMessageCommand':
      return async ({ input: { QueueUrl = '', MessageBody = '', DelaySeconds = 0 } }) => {
        outbox.sent(QueueUrl, MessageBody, DelaySeconds);
        return done;
      };
    case 'ChangeMessageVisibilityCommand':
      return async () => done;
    default:
      return undefined;
  }
}

/** Writes the first half of a batch, and says that the rest is unprocessed. */
async function half(answer: Handler, args: { input: Input }): ReturnType<Handler> {
  const requests = Object.entries(args.input.RequestItems ?? {});
  const split = (part: 'done' | 'left') =>
    Object.fromEntries(
      requests.map(([table, items]) => {
        const middle = Math.ceil(items.length / 2);
        return [table, part === 'done' ? items.slice(0, middle) : items.slice(middle)];
      }),
    );
  const result = await answer({ ...args, input: { ...args.input, RequestItems: split('done') } });
  const left = Object.fromEntries(Object.entries(split('left')).filter(([, items]) => items.length > 0));
  return { ...result, output: { ...result.output, UnprocessedItems: left } };
}

/** `Query ledger/by-state`, `Publish alerts`: a call by what it does to what, the deployment's name left out. */
function siteOf(commandName: string, input: Input, { deployment, buckets }: Resources): string {
  const command = commandName.replace(/Command$/, '');
  const short = (name: string): string => name.split(/[/:]/).at(-1)?.replace(`${deployment}-`, '') ?? name;
  const tables = [
    input.TableName,
    ...Object.keys(input.RequestItems ?? {}),
    ...(input.Statements ?? []).map(({ Statement = '' }) => /^INSERT INTO "([^"]+)"/.exec(Statement)?.[1]),
    ...(input.TransactItems ?? []).flatMap((item) => Object.values(item).map(({ TableName }) => TableName)),
  ].flatMap((name) => (name === undefined ? [] : [short(name).replace(/^(?:\w+-)?run-\d+-/, '')]));
  if (tables.length > 0) {
    return `${command} ${[...new Set(tables)].join('+')}${input.IndexName === undefined ? '' : `/${input.IndexName}`}`;
  }
  if (input.Bucket !== undefined) {
    if (input.Bucket === buckets.backfill) return `${command} work`;
    const isDigest = input.Key?.includes('/CloudTrail-Digest/') ?? false;
    return `${command} ${input.Bucket === buckets.logs ? (isDigest ? 'digest' : 'log object') : 'quarantine'}`;
  }
  return `${command} ${short(input.TopicArn ?? input.QueueUrl ?? input.SecretId ?? input.Name ?? '')}`.trimEnd();
}
