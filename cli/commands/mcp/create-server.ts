import { McpServer } from '@modelcontextprotocol/server';
import { ReadLimitReached } from '../../../lambda/store/dynamo/queries/read-meter.ts';
import { explainError } from '../../aws/error-text.ts';
import { ownVersion } from '../../output/own-version.ts';
import { printableLines } from '../../output/printable-lines.ts';
import { markedText, UNTRUSTED } from './answer.ts';
import type { Session } from './session/session.ts';
import type { Tool } from './session/tool.ts';
import { countsTool } from './tools/counts-tool.ts';
import { eventsTool } from './tools/events-tool.ts';
import { explainTool } from './tools/explain-tool.ts';
import { findingsTool } from './tools/findings-tool.ts';
import { incidentTool } from './tools/incident-tool.ts';
import { statusTool } from './tools/status-tool.ts';
import { timelineTool } from './tools/timeline-tool.ts';
import { traceTool } from './tools/trace-tool.ts';

const TOOLS: readonly Tool[] = [
  incidentTool,
  countsTool,
  eventsTool,
  findingsTool,
  traceTool,
  timelineTool,
  explainTool,
  statusTool,
];

const INSTRUCTIONS =
  "Trailwarden's audit index of AWS CloudTrail, read-only. Begin with incident, counts and findings, then ask " +
  `events, trace and timeline about what stands out. Name eventIDs as evidence. ${UNTRUSTED}`;

/** A server of the Model Context Protocol whose tools ask the index within one session. */
export function createServer(session: Session): McpServer {
  const server = new McpServer({ name: 'trailwarden', version: ownVersion() }, { instructions: INSTRUCTIONS });
  for (const tool of TOOLS) {
    server.registerTool(
      tool.name,
      { description: tool.description, inputSchema: tool.input, annotations: READ_ONLY },
      (input) => session.inTurn(() => answered(tool, input, session)),
    );
  }
  return server;
}

const READ_ONLY = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

async function answered(tool: Tool, input: unknown, session: Session) {
  try {
    const { data, notes = [] } = await tool.answer(input, session);
    return textResult(markedText(data, [...session.notes, ...notes]));
  } catch (error) {
    const message = error instanceof ReadLimitReached ? limitText(error, session) : (await explainError(error)).message;
    return { ...textResult(printableLines(message)), isError: true };
  }
}

function textResult(text: string) {
  return { content: [{ type: 'text' as const, text }] };
}

function limitText({ estimatedUnits }: ReadLimitReached, { reads }: Session): string {
  const whole = estimatedUnits === undefined ? '' : ` The whole answer takes about ${Math.ceil(estimatedUnits)}.`;
  return (
    `Of the ${reads.maxUnits} read units of this session ${Math.floor(reads.left)} are left, too few for this answer.${whole} ` +
    'Ask for less time or with exact values, or start the server anew with a higher --max-reads.'
  );
}
