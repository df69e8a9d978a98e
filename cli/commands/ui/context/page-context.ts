import type { ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { FindingQueries } from '../../../../lambda/store/findings/finding-query.ts';
import type { EventQueries } from '../../../../lambda/store/questions/event-queries.ts';
import type { Connection, ConnectionOptions } from '../../../aws/connection.ts';
import type { Io } from '../../../output/process-io.ts';
import type { KeptFile } from './kept-file.ts';
import type { SessionReads } from './session-reads.ts';

/** What every answer of the page is made with: what the commands of the command line have. */
export interface PageContext {
  readonly connection: Connection;
  readonly options: ConnectionOptions;
  readonly io: Io;
  readonly events: EventQueries;
  readonly findings: FindingQueries;
  readonly session: SessionReads;
  readonly kept: KeptFile;
  /** A command line that can be pasted where this one was typed. @param args not quoted. */
  command(args: readonly string[]): string;
}

/** One question of the page: what it reads counts with `meter`. */
export type Answering<Asked, Answer> = (asked: Asked, context: PageContext, meter: ReadMeter) => Promise<Answer>;
