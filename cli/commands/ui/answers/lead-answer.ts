import { AlertTable } from '../../../../lambda/store/alerts/alert-table.ts';
import { literalPattern } from '../../../../lambda/store/dynamo/queries/text-pattern.ts';
import { type Reading, readingsOf } from '../../../../lambda/store/questions/incident/subject.ts';
import type { Lead } from '../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../ui/protocol/asked.ts';
import type { FilterName } from '../../../../ui/protocol/bounds.ts';
import { CommandFailure } from '../../../output/exit-codes.ts';
import type { Answering, PageContext } from '../context/page-context.ts';

/** Where what is typed into the one box leads: the first reading of it that the index knows. */
export const leadAnswer: Answering<ReadAsked<'lead'>, Lead> = async ({ text }, context, meter) => {
  for (const reading of readingsOf(text)) {
    const path = await pathOf(reading, text, context, meter);
    if (path !== undefined) return { path, kind: reading.kind };
  }
  throw new CommandFailure(
    `The index knows nothing of ${text}. It takes an access key id, an address, an ARN, a name, a resource, or the id of an event, finding or alert.`,
  );
};

const FILTERS: Readonly<Partial<Record<Reading['kind'], FilterName>>> = {
  actor: 'actor',
  session: 'session',
  credential: 'credential',
  address: 'address',
  resource: 'resource',
};

async function pathOf(
  { kind, conditions }: Reading,
  text: string,
  { events, findings, connection, io }: PageContext,
  meter: Parameters<typeof leadAnswer>[2],
): Promise<string | undefined> {
  switch (kind) {
    case 'event': {
      const [event] = await events.event(text, {}, meter);
      if (event === undefined) return undefined;
      const { since, until } = dayAround(event.eventTime);
      return `/explore?${new URLSearchParams({ since, until, event: event.eventID, at: event.eventTime })}`;
    }
    case 'alert': {
      const alert = await new AlertTable(connection.documents, connection.tables.alerts, io.now).get(text);
      return alert === undefined ? undefined : `/findings?${new URLSearchParams({ alert: text })}`;
    }
    case 'finding': {
      const finding = await findings.get(text, meter);
      if (finding === undefined) return undefined;
      const { since, until } = dayAround(finding.eventTime);
      const { ruleId, eventTime } = finding;
      return `/findings?${new URLSearchParams({ since, until, finding: text, rule: ruleId, at: eventTime })}`;
    }
    default: {
      let newest: string | undefined;
      for await (const { eventTime } of events.search({ conditions, limit: 1 }, meter)) newest = eventTime;
      const filter = FILTERS[kind];
      if (newest === undefined || filter === undefined) return undefined;
      return `/explore?${new URLSearchParams({ ...weekTo(newest), ...filterOf(filter, text, conditions) })}`;
    }
  }
}

/** The session of an ARN is its name; everything else is asked for as it was typed, and means nothing but itself. */
function filterOf(
  filter: FilterName,
  text: string,
  conditions: Reading['conditions'],
): Readonly<Record<string, string>> {
  const [session] = conditions?.session ?? [];
  if (filter === 'session' && session !== undefined) return { session };
  if (filter === 'actor' || filter === 'address') return { [filter]: text };
  return { [filter]: literalPattern(filter === 'credential' ? text.toUpperCase() : text) };
}

const HOUR = 3_600_000;

function dayAround(time: string): { readonly since: string; readonly until: string } {
  const at = Date.parse(time);
  return { since: hourOf(at - 12 * HOUR), until: hourOf(at + 12 * HOUR) };
}

function weekTo(time: string): { readonly since: string; readonly until: string } {
  const end = Date.parse(time) + HOUR;
  return { since: hourOf(end - 7 * 24 * HOUR), until: hourOf(end) };
}

function hourOf(time: number): string {
  return new Date(Math.floor(time / HOUR) * HOUR).toISOString().replace('.000', '');
}
