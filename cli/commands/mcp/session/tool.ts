import type * as z from 'zod';
import type { Session } from './session.ts';

export interface ToolAnswer {
  /** From the log: it is marked as untrusted. */
  readonly data: unknown;
  /** What we say of it. */
  readonly notes?: readonly string[];
}

/** One question that a client of the protocol may ask. Each reads, and changes nothing. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** @throws ZodError for what isn't its input; CommandFailure, ReadLimitReached, the errors of AWS. */
  readonly answer: (input: unknown, session: Session) => Promise<ToolAnswer>;
}

/** Makes a tool whose answer gets its input read. */
export function defineTool<Input extends z.ZodObject>(
  name: string,
  description: string,
  input: Input,
  answer: (input: z.output<Input>, session: Session) => Promise<ToolAnswer>,
): Tool {
  return { name, description, input, answer: (given, session) => answer(input.parse(given), session) };
}
