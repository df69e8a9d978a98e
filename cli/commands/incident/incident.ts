import { Command, Option } from 'commander';
import { AlertTable } from '../../../lambda/store/alerts/alert-table.ts';
import { createFindingQueries } from '../../../lambda/store/findings/finding-query.ts';
import type { Incident } from '../../../lambda/store/questions/incident/incident.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../../../lambda/store/questions/incident/subject.ts';
import { type IncidentQuery, tellIncident } from '../../../lambda/store/questions/incident/tell-incident.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { eventQuestions } from '../../aws/event-questions.ts';
import { ownCommand } from '../../aws/own-command.ts';
import { type KnownOptions, withKnown } from '../../inputs/known.ts';
import { type RuleLoadOptions, withRules } from '../../inputs/load-rules.ts';
import { recordsOfReceipts } from '../../inputs/records-of-receipts.ts';
import { collectAccount, collectRegion } from '../../options/event-conditions.ts';
import { type ReadLimitOptions, sayEstimate, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { collect, oneOf, readCount, readText } from '../../options/repeatable.ts';
import { askedTimes, type TimeOptions, withTimes } from '../../options/time-options.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import { jsonText } from '../../output/json.ts';
import type { Io } from '../../output/process-io.ts';
import { incidentHtml } from './incident-html.ts';
import { incidentMarkdown } from './incident-markdown.ts';
import { askedOfFiles, sourcesOfFiles } from './incident-of-files.ts';
import { incidentText } from './incident-text.ts';

/** A further form of the answer has its line here, and a renderer beside the others. */
const RENDERERS = {
  text: (incident, { zone, limit = TEXT_LINES, command }, io) =>
    incidentText(incident, { zone, limit, command }, io.stdout),
  markdown: (incident, { zone, limit = MARKDOWN_LINES, command }) =>
    incidentMarkdown(incident, { zone, limit, command }),
  html: (incident, { zone, limit = HTML_LINES, command, args, deployment }, io) =>
    incidentHtml(incident, { zone, limit, command, args, made: io.now(), deployment }),
  json: (incident) => `${jsonText(incident, 2)}\n`,
} as const satisfies Readonly<Record<string, Renderer>>;

type Renderer = (
  incident: Incident,
  options: IncidentOptions & {
    readonly command: (args: readonly string[]) => string;
    /** The command line that was typed, as far as it says of what. */
    readonly args: readonly string[];
  },
  io: Io,
) => string;

const FORMATS = Object.keys(RENDERERS) as (keyof typeof RENDERERS)[];

/** Lines of a part, where nothing else is said. */
const TEXT_LINES = 5;
const MARKDOWN_LINES = 10;
const HTML_LINES = 50;
const JSON_LINES = 100;

interface IncidentOptions extends ConnectionOptions, RuleLoadOptions, KnownOptions, TimeOptions, ReadLimitOptions {
  readonly file?: readonly string[];
  readonly as?: SubjectKind;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly format: keyof typeof RENDERERS;
  readonly limit?: number;
  readonly records: number;
}

const HELP = `
SUBJECT is an access key id, an address or network, an ARN, the name of a role, user or session, a resource, or the id of
an event, finding or alert; its form tells which, and where it may be several, that which has events (--as says it).
Without one, it is all that happened between --since and --until.
Told are its events, and what was done with the credentials that they issued. Without --since and --until these are: of an
event, finding or alert what its actor did a day before and after; of anything else the 7 days up to the last event.
Whom something was opened to, and how many bytes were read, is in the records: --records log objects are read for that.
With --file, files and folders of CloudTrail records are asked, as scan reads them, and judged by --rules; all of them are
read for each question, and their events stay in memory.
The events asked for must fit into --max-reads; of what goes beyond them as much is told as fits, and the answer says what
is left out.

Examples:
  $ trailwarden incident AKIAIOSFODNN7EXAMPLE
  $ trailwarden incident 203.0.113.10 --since 2d
  $ trailwarden incident role/Deploy --around 2026-11-20T14:03Z --within 2h
  $ trailwarden incident 5e0c1f0a9d7b4c3e8f6a2b1d0c9e8f7a --format markdown > ticket.md
  $ trailwarden incident AKIAIOSFODNN7EXAMPLE --format html > ticket.html    one file, without a script
  $ trailwarden incident AKIAIOSFODNN7EXAMPLE --file ~/Downloads/AWSLogs
  $ trailwarden incident --since 14:00 --until 15:00 --account 111122223333
`;

/** `trailwarden incident`: the first ten minutes, on one screen. */
export function incidentCommand(io: Io): Command {
  const command = new Command('incident')
    .description('Tells who did what, from where, with which keys, and how they may come back: on one screen.')
    .argument('[subject]', 'key, address, ARN, name, resource, or id of an event, finding or alert', readText)
    .addOption(
      oneOf(
        new Option('--as <kind>', 'what SUBJECT is'),
        SUBJECT_KINDS.filter((kind) => kind !== 'times'),
      ),
    )
    .option('--account <id>', 'only in an account: 12 digits, or a pattern with *', collectAccount)
    .option('--region <region>', 'only in a region', collectRegion)
    .addOption(
      new Option('--file <path>', 'over files and folders, without a deployment; may be given several times')
        .argParser(collect)
        .conflicts(['local', 'data', 'deployment', 'config']),
    );
  withKnown(withRules(command));
  withTimes(command)
    .addOption(oneOf(new Option('--format <format>', 'form of the answer').default('text'), FORMATS))
    .addOption(
      new Option(
        '--limit <count>',
        `lines of each part (default: ${TEXT_LINES}, markdown ${MARKDOWN_LINES}, html ${HTML_LINES}, json ${JSON_LINES})`,
      ).argParser(readCount),
    )
    .addOption(
      new Option('--records <count>', 'log objects that are read at most; 0 for none')
        .argParser(readNumber)
        .default(100),
    );
  return withConnection(withReadLimit(command))
    .addHelpText('after', HELP)
    .action((subject: string | undefined, options: IncidentOptions) => show(subject, options, io));
}

function readNumber(value: string): number {
  return value === '0' ? 0 : readCount(value);
}

async function show(subject: string | undefined, options: IncidentOptions, io: Io): Promise<void> {
  const { as: kind, account, region, format, limit, records, maxReads } = options;
  const times = askedTimes(options, io.now());
  if (subject === undefined && times.since === undefined) {
    throw new CommandFailure('Say of what: a key, address, name or id; or of which time: --since.', EXIT.usage);
  }
  const query = {
    ...(subject !== undefined && { text: subject }),
    ...(kind !== undefined && { kind }),
    conditions: { account, awsRegion: region },
    ...times,
    // What is known of keys stands with identities: lines are left out where they are printed.
    most: format === 'json' ? (limit ?? JSON_LINES) : Math.max(limit ?? 0, JSON_LINES),
    maxObjects: records,
    maxReadUnits: maxReads,
    onEstimate: sayEstimate(options, io),
  };
  const incident =
    options.file === undefined
      ? await overDeployment(options, query, io)
      : await tellIncident(await sourcesOfFiles(options.file, options, io), query);
  if (incident === undefined) {
    throw new CommandFailure(
      `The index knows nothing of ${subject}${(times.since ?? times.until) ? ' in this time' : ''}. ${HOW_TO_NAME}`,
    );
  }
  const args = [
    'incident',
    ...(subject === undefined ? [] : [subject]),
    ...rangeArgs(times),
    ...(kind === undefined ? [] : ['--as', kind]),
  ];
  io.stdout.write(
    RENDERERS[format](asCanBeAsked(incident, options), { ...options, command: commandOf(options, io), args }, io),
  );
}

/** The times that were asked for, as anybody may ask for them later and in any zone. */
function rangeArgs({ since, until }: { readonly since?: Date; readonly until?: Date }): readonly string[] {
  return [
    ...(since === undefined ? [] : ['--since', since.toISOString()]),
    ...(until === undefined ? [] : ['--until', until.toISOString()]),
  ];
}

async function overDeployment(options: IncidentOptions, query: IncidentQuery, io: Io): Promise<Incident | undefined> {
  return await connected(options, (connection) => {
    const { documents, tables, s3 } = connection;
    const sources = {
      events: eventQuestions(connection, io),
      findings: createFindingQueries(documents, tables, io.now),
      alerts: new AlertTable(documents, tables.alerts, io.now),
      records: recordsOfReceipts(s3),
    };
    return withinReadLimit(() => tellIncident(sources, query));
  });
}

function asCanBeAsked(incident: Incident, { file }: IncidentOptions): Incident {
  return file === undefined ? incident : { ...incident, next: incident.next.flatMap(askedOfFiles) };
}

/** Command lines over the same index, or the same files. */
function commandOf(
  { file, rules = [], placeholders, ...options }: IncidentOptions,
  io: Io,
): (args: readonly string[]) => string {
  if (file === undefined) return (args) => ownCommand(args, options, io);
  const files = [
    ...file.flatMap((path) => ['--file', path]),
    ...(rules.length > 0 ? ['--rules', ...rules] : []),
    ...(placeholders === undefined ? [] : ['--placeholders', placeholders]),
  ];
  return (args) => ownCommand([...args, ...files], {}, io);
}

const HOW_TO_NAME =
  'It takes an access key id, an address, an ARN, a name, a resource, or the id of an event, finding or alert; --as says which.';
