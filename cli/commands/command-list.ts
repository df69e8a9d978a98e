import type { Command } from 'commander';
import type { Io } from '../output/process-io.ts';

/** Makes one command, its options and help included. */
export type CommandFactory = (io: Io) => Command;

/** A command as `--help` lists it, and where its code is. */
export interface ListedCommand {
  readonly name: string;
  /** What follows the name: `[options]` if there are any, and the arguments. */
  readonly takes: string;
  readonly description: string;
  readonly load: () => Promise<CommandFactory>;
}

/** All commands, in the order of the help. What is said of them here is what they say of themselves. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'events',
    takes: '[options]',
    description: 'Lists events, the newest first, or counts them by what they have.',
    load: async () => (await import('./events/events.ts')).eventsCommand,
  },
  {
    name: 'event',
    takes: '[options] <id>',
    description: 'Shows one event with its raw record from S3, and checks that nobody has changed it.',
    load: async () => (await import('./events/event.ts')).eventCommand,
  },
  {
    name: 'findings',
    takes: '[options]',
    description: 'Lists what rules found, the newest first.',
    load: async () => (await import('./events/findings.ts')).findingsCommand,
  },
  {
    name: 'alert',
    takes: '',
    description: 'Lists alerts, shows what became of one, and tries the alert topics out.',
    load: async () => (await import('./alert/alert.ts')).alertCommand,
  },
  {
    name: 'suppress',
    takes: '[options] <rule>',
    description: 'Keeps quiet about findings of a rule for a while: they are recorded, and nobody is told.',
    load: async () => (await import('./suppress/suppress.ts')).suppressCommand,
  },
  {
    name: 'incident',
    takes: '[options] [subject]',
    description: 'Tells who did what, from where, with which keys, and how they may come back: on one screen.',
    load: async () => (await import('./incident/incident.ts')).incidentCommand,
  },
  {
    name: 'trace',
    takes: '[options] <subject>',
    description: 'Tells where credentials came from, and all that was done with them and with what they issued.',
    load: async () => (await import('./trace/trace.ts')).traceCommand,
  },
  {
    name: 'timeline',
    takes: '[options] <resource>',
    description: 'Tells all that was done to a resource: changes apart from reads.',
    load: async () => (await import('./trace/timeline-command.ts')).timelineCommand,
  },
  {
    name: 'ui',
    takes: '[options]',
    description: 'Opens a page on this machine to look at events, findings and incidents.',
    load: async () => (await import('./ui/ui.ts')).uiCommand,
  },
  {
    name: 'export',
    takes: '',
    description: 'Writes events or findings for other tools: JSON lines, CSV, Parquet, OCSF.',
    load: async () => (await import('./export/export.ts')).exportCommand,
  },
  {
    name: 'mcp',
    takes: '[options]',
    description: 'Answers a client of the Model Context Protocol on standard input and output, read-only.',
    load: async () => (await import('./mcp/mcp.ts')).mcpCommand,
  },
  {
    name: 'cost',
    takes: '[options]',
    description: 'Estimates what a million events and a month cost, by rows, beside CloudWatch and a row an event.',
    load: async () => (await import('./cost/cost.ts')).costCommand,
  },
  {
    name: 'rules',
    takes: '',
    description: 'Checks, tests, explains, lists, backtests, tunes and reports Sigma rules.',
    load: async () => (await import('./rules/group/rules.ts')).rulesCommand,
  },
  {
    name: 'scan',
    takes: '[options] <path...>',
    description: 'Judges files and folders of CloudTrail records by Sigma rules, without AWS.',
    load: async () => (await import('./scan/scan.ts')).scanCommand,
  },
  {
    name: 'history',
    takes: '[options]',
    description: 'Fetches the last days of an account from CloudTrail itself, without any deployment, and judges them.',
    load: async () => (await import('./history/history.ts')).historyCommand,
  },
  {
    name: 'redrive',
    takes: '',
    description: 'Lets objects be read again: dead letters, rejected records, one object, a time range.',
    load: async () => (await import('./redrive/redrive.ts')).redriveCommand,
  },
  {
    name: 'backfill',
    takes: '[options]',
    description: 'Reads log objects that were there before the deployment, or judges them by new rules.',
    load: async () => (await import('./backfill/backfill.ts')).backfillCommand,
  },
  {
    name: 'repack',
    takes: '[options]',
    description: 'Keeps the events that are in the index for the retention of today, where that is longer.',
    load: async () => (await import('./repack/repack.ts')).repackCommand,
  },
  {
    name: 'init',
    takes: '[options]',
    description: 'Writes trailwarden.yaml, and says what will be deployed, with which permissions, and what it costs.',
    load: async () => (await import('./init/init.ts')).initCommand,
  },
  {
    name: 'protect',
    takes: '[options]',
    description: 'Protects the stacks and tables of a deployment against being deleted.',
    load: async () => (await import('./protect/protect.ts')).protectCommand,
  },
  {
    name: 'source',
    takes: '',
    description: 'Prints what owners of existing buckets must allow, adds bucket notifications, and checks them.',
    load: async () => (await import('./source/source.ts')).sourceCommand,
  },
  {
    name: 'doctor',
    takes: '[options]',
    description: 'Looks whether a deployment works: each line is ok, or says what to do.',
    load: async () => (await import('./doctor/doctor.ts')).doctorCommand,
  },
  {
    name: 'status',
    takes: '[options]',
    description: 'Says by account, region and hour what was delivered, processed, failed, missing and late.',
    load: async () => (await import('./status/status.ts')).statusCommand,
  },
  {
    name: 'verify',
    takes: '[options] <path...>',
    description:
      'Checks that log objects are what CloudTrail delivered, by its signed digests: none altered, none missing.',
    load: async () => (await import('./verify/verify.ts')).verifyCommand,
  },
  {
    name: 'completion',
    takes: '<shell>',
    description: 'Prints a script with which a shell completes commands, options and their values.',
    load: async () => (await import('./completion/completion.ts')).completionCommand,
  },
];
