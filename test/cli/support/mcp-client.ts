import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { connected } from '../../../cli/aws/connection.ts';
import { createServer } from '../../../cli/commands/mcp/create-server.ts';
import { Session } from '../../../cli/commands/mcp/session/session.ts';
import type { JsonObject } from '../../../lambda/shared/json.ts';
import { NOW } from '../../support/index-events.ts';

/** An answer of a tool as its client gets it. */
export interface McpAnswer {
  readonly text: string;
  readonly isError: boolean;
  /** What stands between the marks. */
  readonly data: unknown;
}

export type AskTool = (tool: string, input?: JsonObject) => Promise<McpAnswer>;

export interface McpSessionOptions {
  readonly deployment: string;
  readonly maxReads?: number;
  readonly now?: Date;
}

/** A session of a real client with the server, in this process. */
export async function withMcpClient<Result>(
  { deployment, maxReads = 10_000, now = NOW }: McpSessionOptions,
  ask: (ask: AskTool, client: Client) => Promise<Result>,
): Promise<Result> {
  const quiet = { write: () => undefined, isTerminal: false, columns: undefined, colours: false };
  const io = { stdout: quiet, stderr: quiet, env: {}, now: () => now };
  return connected({ deployment }, async (connection) => {
    const server = createServer(new Session(connection, { maxReads }, io));
    const client = new Client({ name: 'test', version: '1' });
    const [own, other] = InMemoryTransport.createLinkedPair();
    await server.connect(other);
    await client.connect(own);
    try {
      return await ask((tool, input) => askTool(client, tool, input), client);
    } finally {
      await client.close();
      await server.close();
    }
  });
}

/** @throws Error where the answer is no text. */
export async function askTool(client: Client, tool: string, input: JsonObject = {}): Promise<McpAnswer> {
  const { content, isError = false } = await client.callTool({ name: tool, arguments: input });
  const [block] = content;
  if (block?.type !== 'text') throw new Error(`The answer of ${tool} is no text.`);
  const [, , json] = /^<(log-data-[0-9a-f]{16})>\n(.*)\n<\/\1>$/m.exec(block.text) ?? [];
  return { text: block.text, isError, data: json === undefined ? undefined : JSON.parse(json) };
}
