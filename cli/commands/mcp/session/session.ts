import type { ParsedRules } from '../../../../lambda/detection/index.ts';
import { createEventQueries, type EventQueries } from '../../../../lambda/store/questions/event-queries.ts';
import type { Connection } from '../../../aws/connection.ts';
import { loadRules, type RuleLoadOptions } from '../../../inputs/load-rules.ts';
import type { Io } from '../../../output/process-io.ts';
import { SessionReads } from './session-reads.ts';

export interface SessionOptions extends RuleLoadOptions {
  /** Read units for the whole session. */
  readonly maxReads: number;
}

/** What the tools of one session share. Its calls are answered one after the other, so that they share its limit. */
export class Session {
  readonly connection: Connection;
  readonly queries: EventQueries;
  readonly reads: SessionReads;
  readonly io: Io;
  readonly #options: SessionOptions;
  readonly #unreadable = new Set<string>();
  #rules: Promise<ParsedRules> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection, options: SessionOptions, io: Io) {
    const { documents, tables } = connection;
    this.connection = connection;
    this.io = io;
    this.#options = options;
    this.reads = new SessionReads(options.maxReads);
    this.reads.attach(documents);
    const queries = createEventQueries(documents, tables, io.now, (pages) => {
      for (const { item } of pages) this.#unreadable.add(item);
    });
    this.queries = this.reads.bound(queries);
  }

  /** What holds for every answer of this session. */
  get notes(): readonly string[] {
    const pages = this.#unreadable.size;
    return [
      ...this.connection.notes,
      ...(pages === 0
        ? []
        : [`Pages of the index that this version can't read: ${pages}. Their events are in no answer.`]),
      `Read units of this session: ${Math.ceil(this.reads.units)} of ${this.reads.maxUnits}.`,
    ];
  }

  /** The rules, loaded once. */
  rules(): Promise<ParsedRules> {
    this.#rules ??= loadRules(this.#options, this.io);
    return this.#rules;
  }

  /** Answers when all calls before are answered. */
  inTurn<Result>(answer: () => Promise<Result>): Promise<Result> {
    const answered = this.#turn.then(answer);
    this.#turn = answered.catch(() => undefined);
    return answered;
  }
}
