import { once } from 'node:events';
import { Command } from 'commander';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { type RuleLoadOptions, withRules } from '../../inputs/load-rules.ts';
import { type ReadLimitOptions, withReadLimit } from '../../options/read-limit.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';

interface McpOptions extends ConnectionOptions, ReadLimitOptions, RuleLoadOptions {}

const HELP = `
It speaks the Model Context Protocol over standard input and output, and ends with its client. Its tools change nothing:
incident, counts, events, findings, trace, timeline, explain, status. Text from the log is marked as untrusted, an answer has
at most 50,000 characters, and --max-reads holds for the session. docs/mcp.md says what to know before a language model reads
a log.

Examples:
  $ trailwarden mcp --deployment trailwarden --aws-profile audit
  $ trailwarden mcp --data .trailwarden/history
`;

/** `trailwarden mcp`: the index for clients of the Model Context Protocol. */
export function mcpCommand(io: Io): Command {
  const command = new Command('mcp').description(
    'Answers a client of the Model Context Protocol on standard input and output, read-only.',
  );
  return withConnection(withRules(withReadLimit(command)))
    .addHelpText('after', HELP)
    .action((options: McpOptions) => serve(options, io));
}

async function serve(options: McpOptions, io: Io): Promise<void> {
  // Other commands need none of it.
  const [{ serveStdio }, { createServer }, { Session }] = await Promise.all([
    import('@modelcontextprotocol/server/stdio'),
    import('./create-server.ts'),
    import('./session/session.ts'),
  ]);
  await connected(options, async (connection) => {
    const session = new Session(connection, options, io);
    const ended = Promise.race([once(process.stdin, 'close'), once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    const server = serveStdio(() => createServer(session), {
      onerror: (error) => io.stderr.write(`${printableLines(error.message)}\n`),
    });
    if (process.stdin.isTTY)
      io.stderr.write('This waits for a client of the protocol: docs/mcp.md says how to add it to one.\n');
    await ended;
    await server.close();
  });
}
