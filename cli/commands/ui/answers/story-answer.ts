import { AlertTable } from '../../../../lambda/store/alerts/alert-table.ts';
import type { Incident } from '../../../../lambda/store/questions/incident/incident.ts';
import { SUBJECT_KINDS, type SubjectKind } from '../../../../lambda/store/questions/incident/subject.ts';
import { tellIncident } from '../../../../lambda/store/questions/incident/tell-incident.ts';
import type { StoryAnswer } from '../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../ui/protocol/asked.ts';
import { recordsOfReceipts } from '../../../inputs/records-of-receipts.ts';
import { CommandFailure } from '../../../output/exit-codes.ts';
import type { PageContext } from '../context/page-context.ts';
import { actorName } from './rows/counted-values.ts';

/** Items of each list: what a page can show. */
const MOST = 100;

/** Log objects that are read for what the index doesn't have. */
const MAX_OBJECTS = 100;

type AskedStory = ReadAsked<'story'>;

/** An incident as `trailwarden incident` tells it. @throws CommandFailure where the index knows nothing of the subject. */
export async function storyAnswer(asked: AskedStory, context: PageContext): Promise<StoryAnswer> {
  const incident = await incidentOf(asked, context);
  return {
    incident,
    names: namesOf(incident),
    next: incident.next.map(({ question, args }) => ({ question, args, command: context.command(args) })),
    command: context.command(incidentArgs(asked)),
  };
}

/** The command that tells the same. */
export function incidentArgs(asked: AskedStory): readonly string[] {
  const { subject, since, until } = asked;
  const kind = kindOf(asked);
  return [
    'incident',
    subject,
    ...(kind === undefined ? [] : ['--as', kind]),
    ...(since === undefined ? [] : ['--since', since]),
    ...(until === undefined ? [] : ['--until', until]),
  ];
}

export async function incidentOf(asked: AskedStory, context: PageContext): Promise<Incident> {
  const { connection, events, findings, io, session } = context;
  const { documents, tables, s3 } = connection;
  const sources = {
    events,
    findings,
    alerts: new AlertTable(documents, tables.alerts, io.now),
    records: recordsOfReceipts(s3),
  };
  const kind = kindOf(asked);
  const { subject: text, since, until } = asked;
  const query = {
    text,
    ...(kind !== undefined && { kind }),
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
    most: MOST,
    maxObjects: MAX_OBJECTS,
  };
  const { result } = await session.whole(async (maxReadUnits) => {
    const incident = await tellIncident(sources, { ...query, maxReadUnits });
    return { result: incident, units: incident?.reads.units ?? 0 };
  });
  if (result === undefined) {
    throw new CommandFailure(
      `The index knows nothing of ${text}. It takes an access key id, an address, an ARN, a name, a resource, or the id of an event, finding or alert.`,
    );
  }
  return result;
}

function kindOf({ kind }: AskedStory): SubjectKind | undefined {
  return SUBJECT_KINDS.find((known) => known === kind);
}

/** The names of all actors that an incident tells of. */
function namesOf({
  identities,
  credentials,
  issued,
  effects,
  persistence,
}: Incident): Readonly<Record<string, string>> {
  const actors = [
    ...identities.items,
    ...credentials.items,
    ...issued.items,
    ...issued.items.map(({ by }) => by),
    ...persistence.items.map(({ event }) => event),
    ...credentials.items.flatMap(({ cameBy }) => cameBy.steps?.map(({ event }) => event) ?? []),
  ].flatMap(({ actor }) => actor ?? []);
  const changers = effects.flatMap(({ actions }) => actions.items.flatMap((action) => action.actors.items));
  return Object.fromEntries([...new Set([...actors, ...changers])].map((actor) => [actor, actorName(actor)]));
}
