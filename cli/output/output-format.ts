import { type Command, Option } from 'commander';

const FORMATS = ['table', 'json', 'jsonl', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** Adds `--format`: a table for people; JSON (one list), JSON lines (one object a line) and CSV for programs. */
export function withFormat(command: Command): Command {
  return command.addOption(new Option('--format <format>', 'form of the answer').choices(FORMATS).default('table'));
}
