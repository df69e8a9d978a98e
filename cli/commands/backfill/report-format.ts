import { type Command, Option } from 'commander';

const FORMATS = ['text', 'json'] as const;
export type ReportFormat = (typeof FORMATS)[number];

/** Adds `--format`: text for people, one JSON object for programs. */
export function withReportFormat(command: Command): Command {
  return command.addOption(new Option('--format <format>', 'form of the answer').choices(FORMATS).default('text'));
}
