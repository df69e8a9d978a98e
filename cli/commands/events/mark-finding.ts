import { Argument, Command } from 'commander';
import type { ResolvedMessage } from '../../../lambda/alerts/messages/resolved-message.ts';
import { mapConcurrently } from '../../../lambda/shared/concurrency.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { textAt } from '../../../lambda/shared/json.ts';
import { AlertTable } from '../../../lambda/store/alerts/alert-table.ts';
import {
  type FindingMark,
  FindingMarks,
  VERDICTS,
  type Verdict,
} from '../../../lambda/store/findings/finding-marks.ts';
import { callResolve } from '../../aws/call-notify.ts';
import { type Connection, type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { CommandFailure, EXIT } from '../../output/exit-codes.ts';
import type { Io } from '../../output/process-io.ts';

interface MarkOptions extends ConnectionOptions {
  readonly reason?: string;
}

/** Characters of a reason: a row has 400 KB, and whoever reads it little time. */
const MAX_REASON = 1000;

/** Findings that are read or marked at the same time. */
const AT_ONCE = 16;

/** Channels of an alert's row that are topics: nothing is open there. */
const TOPICS: readonly string[] = ['people', 'programs', 'chat'];

const HELP = `
true: it told of something that should not have been. false: it was harmless. The mark, with who, when and why, stays with
the finding; marking again replaces it. With the id of an alert, all of its findings so far are marked.
Marks are what trailwarden rules tune makes filters of. Once every finding of an alert is marked as false, channels of type
pagerduty resolve its incident.

Examples:
  $ trailwarden findings mark 5e0c1f0a9d7b4c3e8f6a2b1d0c9e8f7a true --reason 'Key was in a public repository'
  $ trailwarden findings mark 8d1f0a9d7b4c3e8f6a2b1d0c9e8f7a5e false --reason 'Migration, CHG-1234'
  $ trailwarden findings --alert 8d1f… --format jsonl      the findings of an alert, with their ids and marks
`;

export function markFindingCommand(io: Io): Command {
  const command = new Command('mark')
    .description('Notes whether a finding was true or false, and why.')
    .argument('<id>', 'of a finding, or of an alert')
    .addArgument(new Argument('<verdict>', 'whether it was right').choices(VERDICTS))
    .option('--reason <text>', 'why, for people who ask later; required')
    .addHelpText('after', HELP);
  return withConnection(command).action((id: string, verdict: Verdict, _: unknown, it: Command) =>
    mark(id, verdict, it.optsWithGlobals<MarkOptions>(), io),
  );
}

async function mark(id: string, verdict: Verdict, options: MarkOptions, io: Io): Promise<void> {
  const reason = options.reason?.trim() ?? '';
  if (reason === '') throw new CommandFailure('Give a --reason, for whoever asks later.', EXIT.usage);
  if (reason.length > MAX_REASON) {
    throw new CommandFailure(`--reason has ${reason.length} characters: ${MAX_REASON} at most.`, EXIT.usage);
  }
  await connected(options, async (connection) => {
    await markFindings(id, { verdict, reason }, { connection, options, io });
  });
}

/**
 * Marks a finding, or those of an alert, tells stderr what became of it, and ends what channels have opened for an alert
 * of which nothing is left.
 * @returns the mark that they have now.
 * @throws CommandFailure if there is none, or if the channels can't be told.
 */
export async function markFindings(
  id: string,
  { verdict, reason }: Pick<FindingMark, 'verdict' | 'reason'>,
  { connection, options, io }: Resolving,
): Promise<FindingMark> {
  const marks = new FindingMarks(connection.documents, connection.tables.findings);
  const { userIdentity } = await connection.caller();
  const by = textAt(userIdentity, 'arn') ?? textAt(userIdentity, 'userName') ?? 'unknown';
  const { ids, alertId } = await meant(id, marks);
  const given: FindingMark = { verdict, reason, by, at: io.now().toISOString() };
  await mapConcurrently(ids, AT_ONCE, (findingId) => marks.mark(findingId, given));
  io.stderr.write(`${counted(ids.length, 'finding')} marked as ${verdict}.\n`);
  if (verdict === 'false' && alertId !== undefined) await resolve(alertId, marks, { connection, options, io });
  return given;
}

/** The findings that are meant. @throws CommandFailure if there is none. */
async function meant(
  id: string,
  marks: FindingMarks,
): Promise<{ readonly ids: readonly string[]; readonly alertId?: string }> {
  const wanted = id.toLowerCase();
  const finding = await marks.get(wanted);
  if (finding !== undefined) {
    return { ids: [wanted], ...(finding.alertId !== undefined && { alertId: finding.alertId }) };
  }
  const ids = await marks.ofAlert(wanted);
  if (ids.length === 0) throw new CommandFailure(`There is no finding ${id}, and no alert of that id has findings.`);
  return { ids, alertId: wanted };
}

interface Resolving {
  readonly connection: Connection;
  readonly options: MarkOptions;
  readonly io: Io;
}

/** Ends what channels have opened for an alert, if nothing of it is left. To do so again does nothing more. */
async function resolve(alertId: string, marks: FindingMarks, { connection, options, io }: Resolving): Promise<void> {
  const ids = await marks.ofAlert(alertId);
  const all = await mapConcurrently(ids, AT_ONCE, (findingId) => marks.get(findingId));
  const open = all.filter((finding) => finding?.mark?.verdict !== 'false').length;
  if (open > 0) {
    io.stderr.write(`Alert ${alertId} stays open: ${counted(open, 'finding')} of it not marked as false.\n`);
    return;
  }
  const alert = await new AlertTable(connection.documents, connection.tables.alerts, io.now).get(alertId);
  // An alert that a storm stands for was never sent by itself.
  if (alert === undefined || alert.collapsedInto !== undefined) return;
  // Only then is there a function to ask.
  if (!Object.keys(alert.channels ?? {}).some((name) => !TOPICS.includes(name))) return;
  const resolved: ResolvedMessage = {
    version: 1,
    kind: 'resolved',
    alertId,
    level: alert.level,
    findings: Math.max(1, ids.length),
  };
  try {
    const { queued } = await callResolve(options, resolved);
    if (queued.length > 0) io.stderr.write(`Alert ${alertId} is being resolved in ${queued.join(', ')}.\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    throw new CommandFailure(
      `The finding is marked, but channels could not be told that alert ${alertId} is resolved: ${reason} Mark it again to try again.`,
      undefined,
      { cause: error },
    );
  }
}
