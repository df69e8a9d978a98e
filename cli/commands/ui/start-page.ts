import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import { pageFiles } from '../../../ui/server/page-files.ts';
import { type PageServer, startPageServer } from '../../../ui/server/page-server.ts';
import type { Connection, ConnectionOptions } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { ownCommand } from '../../aws/own-command.ts';
import type { ReadLimitOptions } from '../../options/read-limit.ts';
import type { Io } from '../../output/process-io.ts';
import { allAnswers } from './answers/all-answers.ts';
import { keptFile } from './context/kept-file.ts';
import type { PageContext } from './context/page-context.ts';
import { SessionReads } from './context/session-reads.ts';
import { explainPageError } from './explain-page-error.ts';

/** The page over a deployment, as it is served. */
export interface Page {
  readonly server: PageServer;
  /** An address that opens one window within a minute. @param path of a view, with its parameters. */
  address(path: string): string;
}

/**
 * Serves the page of a deployment.
 * @throws what asking the deployment for its newest event throws: a page that can't answer isn't opened.
 */
export async function startPage(
  connection: Connection,
  options: ConnectionOptions & ReadLimitOptions,
  io: Io,
): Promise<Page> {
  const { documents, tables } = connection;
  const context: PageContext = {
    connection,
    options,
    io,
    events: eventQuestions(connection, io),
    findings: createFindingQueries(documents, tables, io.now),
    session: new SessionReads(options.maxReads),
    kept: keptFile(options.deployment, io.env),
    command: (args) => ownCommand(args, options, io),
  };
  const answers = allAnswers(context);
  await answers.start?.({});
  const server = await startPageServer({
    files: await pageFiles(),
    answers,
    explain: explainPageError,
    now: () => performance.now(),
  });
  return { server, address: (path) => `${server.origin}${path}#token=${server.sessions.issueToken()}` };
}
