import { Command, Option } from 'commander';
import { attributesOf } from '../../../lambda/alerts/channels/alert-publication.ts';
import { allChannels } from '../../../lambda/alerts/channels/all-channels.ts';
import type { Channel } from '../../../lambda/alerts/channels/channel.ts';
import type { AlertTopics } from '../../../lambda/alerts/channels/publish-to-topic.ts';
import type { FindingNotice } from '../../../lambda/alerts/messages/alert-notice.ts';
import { jsonMessage } from '../../../lambda/alerts/messages/json-message.ts';
import { testNotice } from '../../../lambda/alerts/messages/test-alert.ts';
import { ALERT_LEVELS } from '../../../lambda/runtime/environment.ts';
import { textAt } from '../../../lambda/shared/json.ts';
import type { AlertRow } from '../../../lambda/store/alerts/alert-row.ts';
import { AlertTable } from '../../../lambda/store/alerts/alert-table.ts';
import { callNotify } from '../../aws/call-notify.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { oneOf } from '../../options/repeatable.ts';
import { zoneOption } from '../../options/time-options.ts';
import { CommandFailure } from '../../output/exit-codes.ts';
import { printListing } from '../../output/listing.ts';
import { type Format, withFormat } from '../../output/output-format.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';
import { alertListing } from './alert-listing.ts';
import { channelListing, channelStates } from './channel-listing.ts';
import { listAlertsCommand } from './list-alerts.ts';

interface TestOptions extends ConnectionOptions {
  readonly level: (typeof ALERT_LEVELS)[number];
  readonly chat?: true;
}

interface ShowOptions extends ConnectionOptions {
  readonly format: Format;
  readonly zone: Zone;
}

/** How long a channel of a test may take. */
const SEND_MILLISECONDS = 30_000;

const TEST_HELP = `
Without CHANNEL the message goes to the topic of the level and to the one for programs, which takes it as OCSF where
trailwarden.yaml says so. With the name of a channel of
alerts.channels it goes to that one alone, whatever the channel's levels and quiet hours are, and the command prints what
the other side answered. It looks like any other alert, and says that it is a test in its subject, in its first line, in
the JSON's kind and in the message attribute kind.

Examples:
  $ trailwarden alert test --level high
  $ trailwarden alert test --level critical --chat     the topic for chat applications, too
  $ trailwarden alert test soc-slack --level high      a channel of alerts.channels
`;

const SHOW_HELP = `
Examples:
  $ trailwarden alert show 5e0c1f0a9d7b4c3e8f6a2b1d0c9e8f7a
  $ trailwarden findings --alert 5e0c1f0a9d7b4c3e8f6a2b1d0c9e8f7a    the findings that it stands for
`;

export function alertCommand(io: Io): Command {
  return new Command('alert')
    .description('Lists alerts, shows what became of one, and tries the alert topics out.')
    .addCommand(listAlertsCommand(io))
    .addCommand(testCommand(io))
    .addCommand(showCommand(io));
}

function testCommand(io: Io): Command {
  const command = new Command('test')
    .description('Sends a real message, marked as a test, through the deployed topics or a channel.')
    .argument('[channel]', 'a name in alerts.channels; without it the topics are tried')
    .addOption(oneOf(new Option('--level <level>', 'whose topic is tried').makeOptionMandatory(), ALERT_LEVELS))
    .option('--chat', 'try the topic for chat applications, too');
  return withConnection(command)
    .addHelpText('after', TEST_HELP)
    .action((channel: string | undefined, options: TestOptions) =>
      channel === undefined ? test(options, io) : testChannel(channel, options, io),
    );
}

function showCommand(io: Io): Command {
  const command = new Command('show')
    .description('Shows an alert as it was sent; for an alert storm, also the alerts that it replaces.')
    .argument('<id>', 'as messages name it')
    .addOption(zoneOption());
  return withConnection(withFormat(command))
    .addHelpText('after', SHOW_HELP)
    .action((id: string, options: ShowOptions) => show(id, options, io));
}

async function test(options: TestOptions, io: Io): Promise<void> {
  const { level, deployment } = options;
  const chat = options.chat === true;
  await connected(options, async (connection) => {
    const { userIdentity, account, region } = await connection.caller();
    const actor = textAt(userIdentity, 'arn') ?? textAt(userIdentity, 'userName') ?? 'unknown';
    const notice = testNotice(level, { actor, account, region }, io.now());
    const topics = await connection.alertTopics();
    const { chat: chatTopic, ...others } = topics;
    const all = allChannels({ sns: connection.sns, topics: { ...others, ...(chat && { chat: chatTopic }) } });
    // The topic for programs is a channel with a queue where it carries OCSF: the function behind it knows the format.
    const isOcsf = options.programs === 'ocsf';
    const channels = all.filter(({ name }) => name !== 'programs' || !isOcsf);
    const failures = await Promise.all(
      channels.map(async (channel) => {
        try {
          await sendTest(channel, notice, deployment);
          return [];
        } catch (error) {
          return [{ channel: channel.name, error }];
        }
      }),
    ).then((each) => each.flat());
    if (isOcsf) {
      const { isTaken, answer } = await callNotify(options, {
        channel: 'programs',
        message: jsonMessage(notice, deployment),
      });
      if (!isTaken) failures.push({ channel: 'programs', error: new CommandFailure(answer) });
    }
    const failed = new Set(failures.map(({ channel }) => channel));
    const told = [
      ...(failed.has('people') ? [] : [topics.byLevel[level]]),
      ...(failed.has('programs') ? [] : [topics.alerts]),
      ...(chat && chatTopic !== undefined && !failed.has('chat') ? [chatTopic] : []),
    ];
    if (told.length > 0) {
      io.stdout.write(`${notice.alert.alertId}\n`);
      io.stderr.write(`Sent, marked as a test, to:\n${told.map((topic) => `  ${topic}\n`).join('')}`);
      io.stderr.write('SNS took it. What does not arrive has no confirmed subscription, or a filter policy.\n');
    }
    const other = failures.find(({ error }) => !isNotFound(error));
    if (other !== undefined) throw other.error;
    const hasMain = !failed.has('people') && !failed.has('programs');
    if (chat && hasMain && (chatTopic === undefined || failed.has('chat'))) throw new CommandFailure(NO_CHAT);
    if (failures.length > 0) throw new CommandFailure(missing(topics, level));
  });
}

const NO_CHAT =
  'There is no topic for chat applications here, so none was tried. It is there once alerts.chat is set and deployed.';

/** The deployed function sends it: it alone may read the channel's secret. */
async function testChannel(channel: string, options: TestOptions, io: Io): Promise<void> {
  if (options.chat === true) throw new CommandFailure('--chat tries a topic: leave it out where a channel is named.');
  const { level, deployment } = options;
  const { userIdentity, account, region } = await connected(options, (connection) => connection.caller());
  const actor = textAt(userIdentity, 'arn') ?? textAt(userIdentity, 'userName') ?? 'unknown';
  const notice = testNotice(level, { actor, account, region }, io.now());
  const { isTaken, answer } = await callNotify(options, { channel, message: jsonMessage(notice, deployment) });
  if (!isTaken) throw new CommandFailure(`The channel ${channel} did not take the test. ${answer}`);
  io.stdout.write(`${notice.alert.alertId}\n`);
  io.stderr.write(`Sent, marked as a test, through the channel ${channel}. The other side answered:\n  ${answer}\n`);
}

async function sendTest(channel: Channel, notice: FindingNotice, deployment: string): Promise<void> {
  const message = channel.render(notice, deployment);
  if (message === undefined) return;
  const { alertId, level } = notice.alert;
  const envelope = { alertId, kind: notice.kind, level, attributes: attributesOf(notice) };
  await channel.send(message, envelope, AbortSignal.timeout(SEND_MILLISECONDS));
}

async function show(id: string, options: ShowOptions, io: Io): Promise<void> {
  await connected(options, async ({ documents, tables, names }) => {
    const table = new AlertTable(documents, tables.alerts, io.now);
    const alert = await table.get(id);
    if (alert === undefined) throw new CommandFailure(`There is no alert ${id}.`);
    await printListing(withCollapsed(alert, table, io), alertListing(options.zone, names), options.format, io);
    if (options.format !== 'table') return;
    const states = channelStates(alert);
    if (states.length > 0) {
      io.stdout.write('\n');
      await printListing(states, channelListing(options.zone), 'table', io);
    }
    io.stdout.write(sentText(alert, io));
  });
}

/** The message as people got it, line by line. */
function sentText({ message }: AlertRow, { stdout }: Io): string {
  if (message === undefined) return '';
  const { subject = '', body } = message;
  return `\n${paintFor(stdout.colours)(printableLines(subject), 'heading')}\n\n${printableLines(body)}\n`;
}

async function* withCollapsed(alert: AlertRow, table: AlertTable, io: Io): AsyncGenerator<AlertRow> {
  yield alert;
  if (alert.kind !== 'storm') return;
  yield* table.collapsedInto(alert.alertId, (alertId, reason) =>
    io.stderr.write(`Alert ${alertId} isn't shown: another version of Trailwarden wrote its row (${reason}).\n`),
  );
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && ['NotFoundException', 'NotFound'].includes(error.name);
}

function missing(topics: AlertTopics, level: TestOptions['level']): string {
  return `There are no such topics as ${topics.byLevel[level]}. Is --deployment right, and --aws-region that of the audit stack?`;
}
