import { LEVELS } from '../../../lambda/detection/index.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { EFFECTS } from '../../../lambda/store/questions/incident/effects.ts';
import type {
  ActionEffect,
  CameBy,
  EventPoint,
  Incident,
  IncidentCredential,
  IncidentIdentity,
  Listed,
  TacticFindings,
} from '../../../lambda/store/questions/incident/incident.ts';
import { actorText } from '../../listings/event-text.ts';
import type { Zone } from '../../time/time-zone.ts';
import { activityRows } from './activity-rows.ts';
import type { IncidentSection, SectionColumn } from './incident-section.ts';

/** How lines are told. */
export interface SectionOptions {
  readonly zone: Zone;
  /** Lines of a section at most. */
  readonly limit: number;
}

/** What an incident tells, part by part, in the order in which one asks. */
export function incidentSections(incident: Incident, options: SectionOptions): readonly IncidentSection[] {
  const { limit, zone } = options;
  const { began, ended } = incident;
  const time = timeFormat(zone, began?.eventTime, ended?.eventTime);
  const section = <Item>(
    title: string,
    columns: readonly (SectionColumn & { readonly text: (item: NoInfer<Item>) => string })[],
    list: Listed<Item>,
    nothing: string,
    most = limit,
  ): IncidentSection => ({
    title,
    columns: columns.map(({ text: _, ...column }) => column),
    rows: list.items.slice(0, most).map((item) => columns.map(({ text }) => text(item))),
    more: Math.max(0, list.total - Math.min(most, list.items.length)),
    moreAtLeast: list.atLeast === true,
    nothing,
  });
  const span = [
    { title: `First (${zone.name})`, text: ({ first }: { readonly first: string }) => time(first) },
    { title: 'Last', text: ({ last }: { readonly last: string }) => time(last) },
  ];
  const events = { title: 'Events', text: ({ events: count }: { readonly events: number }) => grouped(count) };
  const failed = { title: 'Failed', text: ({ failures }: { readonly failures: number }) => someOf(failures) };
  return [
    section(
      'Who, and how they came by their credentials',
      [
        { title: 'Who', text: actorText },
        events,
        failed,
        ...span,
        { title: 'Access key', isKey: true, text: (identity) => keyText(identity, incident.credentials.items) },
        {
          title: 'Came by it',
          isLong: true,
          text: (identity) => howText(keyOf(identity, incident.credentials.items), identity, time),
        },
      ],
      incident.identities,
      'Nobody.',
    ),
    section(
      'From where',
      [
        { title: 'From where', isKey: true, text: ({ address }) => address },
        events,
        failed,
        ...span,
        // Where nothing is known of addresses a screen needs the room for other things.
        ...(incident.addresses.items.some(({ place }) => place !== undefined)
          ? [{ title: 'Place', text: ({ place = '' }) => place }]
          : []),
        { title: 'Who', text: ({ actors }) => namesText(textsOf(actors, shortActor), 1) },
        { title: 'With', text: ({ userAgents }) => namesText(userAgents, 1) },
      ],
      incident.addresses,
      'No record names an address.',
    ),
    activityRows(incident.activity, zone, limit),
    section(
      'What was done',
      [
        { title: 'Done', text: ({ effect }) => effect },
        { title: 'Times', text: ({ events: count }) => grouped(count) },
        ...span,
        { title: 'Actions', text: ({ actions }) => namesText(textsOf(actions, timesText), limit) },
        { title: 'Resources', text: ({ actions }) => namesText(resourcesOf(actions), 2) },
        { title: 'With whom', text: ({ actions }) => namesText(allOf(actions.items.flatMap(sharedOf)), 2) },
      ],
      allOf(incident.effects),
      'Nothing was changed.',
      EFFECTS.length,
    ),
    section(
      'What was read',
      [
        { title: 'Read', text: ({ action }) => action },
        { title: 'Where', text: ({ container = '' }) => container },
        { title: 'Times', text: ({ events: count }) => grouped(count) },
        { title: 'Objects', text: ({ objects }) => (objects.total === 0 ? '' : atLeast(objects)) },
        { title: 'Bytes', text: ({ bytes, bytesOfEvents, events: count }) => bytesText(bytes, bytesOfEvents, count) },
        ...span,
        { title: 'What', text: ({ objects }) => namesText(objects, 2) },
      ],
      incident.taken,
      'No read of objects, rows or secrets. (Data events are in the log only where the trail records them.)',
    ),
    section(
      'What was denied or failed',
      [
        { title: 'Denied or failed', text: ({ action }) => action },
        { title: 'Error', text: ({ errorCode, outcome }) => errorCode ?? outcome },
        { title: 'Times', text: ({ events: count }) => grouped(count) },
        ...span,
        { title: 'Resources', text: ({ resources }) => namesText(resources, 2) },
      ],
      incident.denied,
      'Nothing was denied, and nothing failed.',
    ),
    section(
      'Findings, by tactic of ATT&CK',
      [
        { title: 'Tactic', text: ({ tactic }) => tactic },
        { title: 'Level', text: ({ level }) => level },
        { title: 'Findings', text: ({ findings }) => grouped(findings) },
        { title: `First (${zone.name})`, text: ({ first }) => time(first) },
        { title: 'Rules', text: ({ rules }) => namesText(allOf(rules), 3, '; ') },
      ],
      allOf(incident.findings.tactics, (tactics) => worstTactics(tactics, limit)),
      'No findings.',
    ),
    {
      ...section(
        'How they may come back',
        [
          { title: 'Way back', text: ({ kind }) => kind },
          { title: `When (${zone.name})`, text: ({ event }) => time(event.eventTime) },
          { title: 'Action', text: ({ event }) => event.action },
          { title: 'Resources', text: ({ resources }) => namesText(allOf(resources), 3) },
          { title: 'Lets', text: ({ lets = [] }) => namesText(allOf(lets), 2) },
          { title: 'Taken back', text: ({ undone }) => (undone === undefined ? 'no' : time(undone.eventTime)) },
          { title: 'Event', isKey: true, text: ({ event }) => event.eventID },
        ],
        incident.persistence,
        'No new key, user, login, role, trust, policy, access entry or code.',
      ),
      remark: standingText(incident),
    },
    section(
      'What was done with credentials that were issued',
      [
        { title: 'Issued key', isKey: true, text: ({ accessKeyId }) => accessKeyId },
        { title: 'Issued by', text: ({ by }) => `${by.action} of ${actorText(by)}` },
        { title: `At (${zone.name})`, text: ({ by }) => time(by.eventTime) },
        events,
        failed,
        { title: 'Who', text: (use) => (use.actor === undefined ? '' : sessionText(use.actor, use.session)) },
        {
          title: 'Did',
          isLong: true,
          text: ({ actions }) => namesText(textsOf(actions, timesText), 3),
        },
      ],
      incident.issued,
      'No credentials were issued.',
    ),
  ];
}

/** The first lines of an incident: of whom or what, when, how much. */
export function incidentHeadline(incident: Incident, zone: Zone): readonly string[] {
  const { subject, events, askedEvents, failures, changes, began, ended } = incident;
  const time = (text: string): string => zone.format(new Date(text));
  const what = subject.kind === 'times' ? 'all that happened' : `${KIND_NAMES[subject.kind]} ${subject.text}`;
  const of = Object.entries(subject.conditions).map(([field, values]) => `${field} ${values.join(' or ')}`);
  const meant =
    ['event', 'finding', 'alert', 'session'].includes(subject.kind) && of.length > 0
      ? `, which is ${of.join(', ')}`
      : '';
  if (began === undefined || ended === undefined) return [`Incident of ${what}${meant}: no event.`];
  const more = events - askedEvents;
  return [
    `Incident of ${what}${meant}`,
    `${counted(events, 'event')}, ${grouped(changes)} of them changes, ${grouped(failures)} denied or failed` +
      (more > 0 ? `; ${grouped(more)} with credentials that were issued on the way` : ''),
    `Began ${time(began.eventTime)} ${zone.name} with ${began.action} by ${actorText(began)}` +
      `${began.address === undefined ? '' : ` from ${began.address}`} (${began.eventID})`,
    `Ended ${time(ended.eventTime)} ${zone.name} with ${ended.action} by ${actorText(ended)}`,
    ...lookedAtText(incident, time, zone),
  ];
}

const KIND_NAMES: Readonly<Record<Incident['subject']['kind'], string>> = {
  actor: 'actor',
  session: 'session',
  credential: 'access key',
  address: 'address',
  resource: 'resource',
  event: 'event',
  finding: 'finding',
  alert: 'alert',
  times: 'time',
};

function lookedAtText(
  { subject: { times, since, until, earlier } }: Incident,
  time: (text: string) => string,
  zone: Zone,
): readonly string[] {
  if (since === undefined && until === undefined) return [];
  const bounds = [
    ...(since === undefined ? [] : [`from ${time(since)}`]),
    ...(until === undefined ? [] : [`to ${time(until)}`]),
  ].join(' ');
  return [`Looked at: ${TIMES[times]}${bounds} ${zone.name}${earlier === true ? '; there is more before' : ''}`];
}

const TIMES: Readonly<Record<Incident['subject']['times'], string>> = {
  asked: '',
  none: '',
  around: 'a day before and after, ',
  'last-days': 'the 7 days up to the last event, ',
};

/** Times of one day are told without it. */
function timeFormat(zone: Zone, first: string | undefined, last: string | undefined): (text: string) => string {
  const whole = (text: string): string => zone.format(new Date(text));
  if (first === undefined || last === undefined) return whole;
  const day = whole(first).slice(0, 11);
  if (!whole(last).startsWith(day)) return whole;
  return (text) => (whole(text).startsWith(day) ? whole(text).slice(11) : whole(text));
}

/** The key of an identity that says most of where it came from: one that nobody forwarded. */
function keyOf(
  { credentials }: IncidentIdentity,
  known: readonly IncidentCredential[],
): IncidentCredential | undefined {
  const own = known.filter(({ accessKeyId }) => credentials.items.includes(accessKeyId));
  return own.find(({ cameBy }) => cameBy.how !== 'forwarded') ?? own[0];
}

function keyText(identity: IncidentIdentity, known: readonly IncidentCredential[]): string {
  const { credentials } = identity;
  const key = keyOf(identity, known)?.accessKeyId ?? credentials.items[0];
  if (key === undefined) return '';
  return credentials.total > 1 ? `${key} +${atLeast({ ...credentials, total: credentials.total - 1 })}` : key;
}

function howText(
  credential: IncidentCredential | undefined,
  { console, mfa }: IncidentIdentity,
  time: (text: string) => string,
): string {
  const factors = mfa === 'never' ? 'no MFA' : mfa === 'always' ? 'MFA' : undefined;
  return [
    credential === undefined ? undefined : cameByText(credential.cameBy, credential.lifetime, time),
    console ? 'console' : undefined,
    factors,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}

/** How somebody came by a credential, in a few words. */
export function cameByText(
  { how, event, steps = [], service }: CameBy,
  lifetime: string,
  time: (text: string) => string,
): string {
  const isLongTerm = lifetime === 'long-term';
  const [first] = steps;
  const last = steps.at(-1);
  switch (how) {
    case 'issued': {
      if (first === undefined || last === undefined) return '';
      const proof = last.by === 'key' ? '' : ` (by ${last.by})`;
      const origin = first === last ? '' : `, at first by ${byText(first.event)}`;
      return `${last.event.action} at ${time(last.event.eventTime)} by ${byText(last.event)}${proof}${origin}`;
    }
    case 'made':
      return event === undefined ? '' : `made at ${time(event.eventTime)} by ${byText(event)}`;
    case 'forwarded':
      return `forwarded by ${service ?? 'AWS'}`;
    case 'unknown':
      return isLongTerm ? 'long-term, made before the log begins' : 'the call that issued it is not in the log';
    case 'not-asked':
      return isLongTerm ? 'long-term' : '';
  }
}

function byText(event: EventPoint): string {
  return `${actorText(event)}${event.address === undefined ? '' : ` from ${event.address}`}`;
}

function shortActor(actor: string): string {
  return actorText({ actor, actorKind: actor.endsWith(':root') ? 'root' : 'unknown', actorName: undefined });
}

function sessionText(actor: string, session: string | undefined): string {
  return actorText({ actor, actorKind: 'unknown', session });
}

function namesText({ items, total, atLeast: isMore }: Listed<string>, most: number, separator = ', '): string {
  const shown = items.slice(0, most);
  const more = total - shown.length;
  return more > 0 || isMore === true
    ? `${shown.join(separator)} +${grouped(more)}${isMore === true ? ' or more' : ''}`
    : shown.join(separator);
}

function bytesText(bytes: number | undefined, ofEvents: number | undefined, events: number): string {
  if (bytes === undefined || ofEvents === undefined) return '';
  return ofEvents === events ? grouped(bytes) : `${grouped(bytes)} in ${grouped(ofEvents)}`;
}

function timesText({ action, events }: { readonly action: string; readonly events: number }): string {
  return events === 1 ? action : `${action} x ${grouped(events)}`;
}

function standingText({ persistence: { standing }, leftOut }: Incident): string {
  const some = leftOut.some(({ part }) => part === 'persistence') ? ' of those looked at' : '';
  return standing === 0 ? `none${some} stands` : `${grouped(standing)}${some} still stand`;
}

/** What fits is told of the most severe tactics; in the order of ATT&CK all the same. */
function worstTactics(tactics: readonly TacticFindings[], most: number): readonly TacticFindings[] {
  const ranked: readonly string[] = LEVELS;
  const worst = tactics
    .toSorted((a, b) => ranked.indexOf(b.level) - ranked.indexOf(a.level) || b.findings - a.findings)
    .slice(0, most);
  return tactics.filter((tactic) => worst.includes(tactic));
}

/** A list of which nothing is left out; what is shown of it may be chosen. */
function allOf<Item>(
  items: readonly Item[],
  choose: (items: readonly Item[]) => readonly Item[] = (all) => all,
): Listed<Item> {
  return { items: choose(items), total: items.length };
}

function textsOf<Item>(list: Listed<Item>, tell: (item: Item) => string): Listed<string> {
  return { ...list, items: list.items.map(tell) };
}

/** What the calls of several actions named; at least as many as one of them. */
function resourcesOf({ items, atLeast: isMore }: Listed<ActionEffect>): Listed<string> {
  const names = [...new Set(items.flatMap(({ resources }) => resources.items))];
  const isCut = isMore === true || items.some(({ resources }) => resources.total > resources.items.length);
  return { items: names, total: names.length, ...(isCut && { atLeast: true as const }) };
}

function sharedOf({ sharedWith = [] }: ActionEffect): readonly string[] {
  return sharedWith;
}

function someOf(count: number): string {
  return count === 0 ? '' : grouped(count);
}

function atLeast({ total, atLeast: isMore }: Pick<Listed<unknown>, 'total' | 'atLeast'>): string {
  return `${grouped(total)}${isMore === true ? ' or more' : ''}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
