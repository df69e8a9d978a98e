import type { Receipt } from '../../../cloudtrail/cloudtrail-event.ts';
import { placeText } from '../../../cloudtrail/directory.ts';
import type { EventDetail } from '../indexed-event.ts';
import { isAccessKeyId, isIssuing } from '../trace/issuing.ts';
import { BoundedTally, NameBudget, Names } from './bounded-tally.ts';
import { EFFECTS, type Effect, effectOf, isChange, isTaking, takenFrom } from './effects.ts';
import type { CameBy, EffectGroup, EventPoint, HourOfActivity, Incident } from './incident.ts';
import { PersistenceLog } from './persistence-log.ts';

/** Distinct ones of each kind that are told apart. */
const MOST = { identities: 2_000, credentials: 5_000, addresses: 5_000, actions: 2_000 } as const;

/** Calls that issue credentials whose keys are kept. */
const MOST_ISSUING = 1_000;

/** Events whose records may be read for what the index doesn't have. */
const MOST_SHARING = 100;
const MOST_TAKING = 20_000;

/** A call that issued credentials, and the keys of these. */
export interface Issuing {
  readonly event: EventDetail;
  readonly keys: readonly string[];
}

interface Counted {
  events: number;
  failures: number;
  changes: number;
  first: string;
  last: string;
}

interface IdentityEntry extends Counted {
  readonly event: EventDetail;
  readonly credentials: Names;
  readonly addresses: Names;
  withMfa: number;
  withoutMfa: number;
  console: boolean;
}

/** What is known of one access key. */
export interface CredentialEntry extends Counted {
  readonly accessKeyId: string;
  /** The first event that was signed with it. */
  readonly event: EventDetail;
  readonly addresses: Names;
}

interface AddressEntry extends Counted {
  readonly event: EventDetail;
  readonly address: string;
  readonly userAgents: Names;
  readonly actors: Names;
}

interface EffectEntry extends Counted {
  readonly event: EventDetail;
  readonly effect: Effect;
  readonly resources: Names;
  readonly actors: Names;
}

/** A read whose record may say how much it handed out. */
export interface TakingRead {
  readonly eventID: string;
  readonly receipt: Receipt;
  /** Adds the bytes that its record names. */
  readonly addBytes: (bytes: number) => void;
}

/** What one action took from one container. */
interface TakenEntry extends Counted {
  readonly action: string;
  readonly container?: string;
  readonly objects: Names;
  bytes: number;
  bytesOfEvents: number;
}

interface DeniedEntry extends Counted {
  readonly event: EventDetail;
  readonly actors: Names;
  readonly resources: Names;
}

/** Takes the events of an incident one by one, in any order, and keeps what is told of them: of bounded size. */
export class GatheredEvents {
  readonly #budget = new NameBudget();
  readonly #identities = new BoundedTally<IdentityEntry>(MOST.identities);
  readonly #credentials = new BoundedTally<CredentialEntry>(MOST.credentials);
  readonly #addresses = new BoundedTally<AddressEntry>(MOST.addresses);
  readonly #effects = new BoundedTally<EffectEntry>(MOST.actions);
  readonly #taken = new BoundedTally<TakenEntry>(MOST.actions);
  readonly #denied = new BoundedTally<DeniedEntry>(MOST.actions);
  readonly #hours = new Map<string, { events: number; changes: number; failures: number }>();
  readonly #issuing: Issuing[] = [];
  readonly #sharing: EventDetail[] = [];
  readonly #taking: TakingRead[] = [];
  readonly persistence = new PersistenceLog();
  #issuingCut = false;
  #sharingCut = false;
  #takingCut = false;
  #total: Counted | undefined;
  #began: EventDetail | undefined;
  #ended: EventDetail | undefined;

  add(event: EventDetail): void {
    if (this.#total === undefined) this.#total = counted(event);
    else count(this.#total, event);
    if (this.#began === undefined || event.eventTime < this.#began.eventTime) this.#began = event;
    if (this.#ended === undefined || event.eventTime >= this.#ended.eventTime) this.#ended = event;
    this.#addHour(event);
    this.#addIdentity(event);
    this.#addCredential(event);
    this.#addAddress(event);
    this.#addEffect(event);
    this.#addTaken(event);
    this.#addDenied(event);
    this.persistence.add(event);
    this.#addIssuing(event);
  }

  get events(): number {
    return this.#total?.events ?? 0;
  }

  /** eventTimes of the first and the last event. */
  get span(): { readonly first: string; readonly last: string } | undefined {
    return this.#total;
  }

  /** Calls that issued credentials, in the order in which they came. */
  get issuing(): readonly Issuing[] {
    return this.#issuing;
  }

  get issuingCut(): boolean {
    return this.#issuingCut;
  }

  /** Successful calls that may have opened something to others. */
  get sharing(): { readonly events: readonly EventDetail[]; readonly isCut: boolean } {
    return { events: this.#sharing, isCut: this.#sharingCut };
  }

  /** Actors, those with the most events first; undefined if there are more than `most`. */
  actors(most: number): readonly string[] | undefined {
    const actors = new Set(this.#identities.values().map(({ event }) => event.actor));
    const all = this.#identities.listed(0, mostEvents, () => undefined);
    return all.atLeast === true || actors.size > most ? undefined : [...actors];
  }

  /** Access keys, those with the most events first. */
  credentials(): readonly CredentialEntry[] {
    return this.#credentials.values().sort(mostEvents);
  }

  /** Reads that hand out what is stored, with what is told of them; the first ones. */
  get taking(): { readonly reads: readonly TakingRead[]; readonly isCut: boolean } {
    return { reads: this.#taking, isCut: this.#takingCut };
  }

  /**
   * What is told.
   * @param most of each list.
   * @param cameBy how somebody came by a key.
   * @param sharedWith whom the calls of an action opened something to, where that is known.
   */
  tell(
    most: number,
    cameBy: (entry: CredentialEntry) => CameBy,
    sharedWith: (action: string) => readonly string[],
  ): Pick<
    Incident,
    | 'events'
    | 'failures'
    | 'changes'
    | 'began'
    | 'ended'
    | 'activity'
    | 'identities'
    | 'credentials'
    | 'addresses'
    | 'effects'
    | 'taken'
    | 'denied'
  > {
    const names = Math.min(most, MOST_NAMES);
    const { events = 0, failures = 0, changes = 0 } = this.#total ?? {};
    return {
      events,
      failures,
      changes,
      ...(this.#began !== undefined && { began: pointOf(this.#began) }),
      ...(this.#ended !== undefined && { ended: pointOf(this.#ended) }),
      activity: this.#activity(),
      identities: this.#identities.listed(most, mostEvents, (entry) => ({
        actor: entry.event.actor,
        actorKind: entry.event.actorKind,
        ...(entry.event.session !== undefined && { session: entry.event.session }),
        ...spanOf(entry),
        failures: entry.failures,
        changes: entry.changes,
        ...mfaOf(entry),
        console: entry.console,
        credentials: entry.credentials.listed(names),
        addresses: entry.addresses.listed(names),
      })),
      credentials: this.#credentials.listed(most, mostEvents, (entry) => ({
        accessKeyId: entry.accessKeyId,
        lifetime: entry.event.credential,
        actor: entry.event.actor,
        actorKind: entry.event.actorKind,
        ...(entry.event.session !== undefined && { session: entry.event.session }),
        ...spanOf(entry),
        failures: entry.failures,
        addresses: entry.addresses.listed(names),
        cameBy: cameBy(entry),
      })),
      addresses: this.#addresses.listed(most, peopleFirst, (entry) => ({
        address: entry.address,
        isService: entry.event.address === undefined,
        ...spanOf(entry),
        failures: entry.failures,
        place: placeText(entry.event),
        userAgents: entry.userAgents.listed(names),
        actors: entry.actors.listed(names),
      })),
      effects: this.#effectGroups(most, sharedWith),
      taken: this.#taken.listed(most, mostTaken, ({ action, container, objects, bytes, bytesOfEvents, ...entry }) => ({
        action,
        ...(container !== undefined && { container }),
        ...spanOf(entry),
        objects: objects.listed(names),
        ...(bytesOfEvents > 0 && { bytes, bytesOfEvents }),
      })),
      denied: this.#denied.listed(most, deniedFirst, (entry) => ({
        action: entry.event.action,
        ...(entry.event.errorCode !== undefined && { errorCode: entry.event.errorCode }),
        outcome: entry.event.outcome,
        ...spanOf(entry),
        actors: entry.actors.listed(names),
        resources: entry.resources.listed(names),
      })),
    };
  }

  #effectGroups(most: number, sharedWith: (action: string) => readonly string[]): readonly EffectGroup[] {
    const names = Math.min(most, MOST_NAMES);
    const entries = this.#effects.values();
    return EFFECTS.flatMap((effect): EffectGroup[] => {
      const own = entries.filter((entry) => entry.effect === effect).sort(gravestFirst);
      const [first] = own;
      if (first === undefined) return [];
      const isCut = this.#effects.isCut ? { atLeast: true as const } : {};
      return [
        {
          effect,
          events: own.reduce((sum, { events }) => sum + events, 0),
          first: own.map((entry) => entry.first).sort()[0] ?? first.first,
          last:
            own
              .map((entry) => entry.last)
              .sort()
              .at(-1) ?? first.last,
          actions: {
            items: own.slice(0, most).map((entry) => {
              const shared = effect === 'shared' ? sharedWith(entry.event.action) : [];
              return {
                action: entry.event.action,
                access: entry.event.access,
                ...spanOf(entry),
                resources: entry.resources.listed(names),
                actors: entry.actors.listed(names),
                ...(shared.length > 0 && { sharedWith: shared }),
              };
            }),
            total: own.length,
            ...isCut,
          },
        },
      ];
    });
  }

  #activity(): readonly HourOfActivity[] {
    return [...this.#hours].map(([hour, counts]) => ({ hour, ...counts })).sort((a, b) => (a.hour < b.hour ? -1 : 1));
  }

  #addHour(event: EventDetail): void {
    const hour = event.eventTime.slice(0, 13);
    const counts = this.#hours.get(hour) ?? { events: 0, changes: 0, failures: 0 };
    counts.events++;
    if (isChange(event)) counts.changes++;
    if (event.outcome !== 'success') counts.failures++;
    this.#hours.set(hour, counts);
  }

  #addIdentity(event: EventDetail): void {
    const entry = this.#counted(this.#identities, `${event.actor}\n${event.session ?? ''}`, event, () => ({
      ...nothing(event),
      event,
      credentials: new Names(this.#budget),
      addresses: new Names(this.#budget),
      withMfa: 0,
      withoutMfa: 0,
      console: false,
    }));
    if (entry === undefined) return;
    entry.credentials.add(event.accessKeyId);
    entry.addresses.add(event.address);
    if (event.mfa === true) entry.withMfa++;
    if (event.mfa === false) entry.withoutMfa++;
    entry.console ||= event.console === true;
  }

  #addCredential(event: EventDetail): void {
    const { accessKeyId } = event;
    if (accessKeyId === undefined) return;
    const entry = this.#counted(this.#credentials, accessKeyId, event, () => ({
      ...nothing(event),
      accessKeyId,
      event,
      addresses: new Names(this.#budget),
    }));
    entry?.addresses.add(event.address);
  }

  #addAddress(event: EventDetail): void {
    const address = event.address ?? event.sourceIPAddress;
    if (address === undefined) return;
    const entry = this.#counted(this.#addresses, address, event, () => ({
      ...nothing(event),
      event,
      address,
      userAgents: new Names(this.#budget),
      actors: new Names(this.#budget),
    }));
    entry?.userAgents.add(event.userAgent);
    entry?.actors.add(event.actor);
  }

  #addEffect(event: EventDetail): void {
    const effect = effectOf(event);
    if (effect === undefined) return;
    const entry = this.#counted(this.#effects, event.action, event, () => ({
      ...nothing(event),
      event,
      effect,
      resources: new Names(this.#budget),
      actors: new Names(this.#budget),
    }));
    entry?.resources.add(event.resource);
    entry?.actors.add(event.actor);
    if (effect !== 'shared') return;
    if (this.#sharing.length < MOST_SHARING) this.#sharing.push(event);
    else this.#sharingCut = true;
  }

  #addTaken(event: EventDetail): void {
    if (!isTaking(event)) return;
    const { container, objects } = takenFrom(event);
    const entry = this.#counted(this.#taken, takenKey(event.action, container), event, () => ({
      ...nothing(event),
      action: event.action,
      ...(container !== undefined && { container }),
      objects: new Names(this.#budget),
      bytes: 0,
      bytesOfEvents: 0,
    }));
    if (entry === undefined) return;
    for (const object of objects) entry.objects.add(object);
    if (this.#taking.length >= MOST_TAKING) {
      this.#takingCut = true;
      return;
    }
    const addBytes = (bytes: number): void => {
      entry.bytes += bytes;
      entry.bytesOfEvents++;
    };
    this.#taking.push({ eventID: event.eventID, receipt: event.receipt, addBytes });
  }

  #addDenied(event: EventDetail): void {
    if (event.outcome === 'success') return;
    const key = `${event.action}\n${event.errorCode ?? ''}`;
    const entry = this.#counted(this.#denied, key, event, () => ({
      ...nothing(event),
      event,
      actors: new Names(this.#budget),
      resources: new Names(this.#budget),
    }));
    entry?.actors.add(event.actor);
    entry?.resources.add(event.resource);
  }

  #addIssuing(event: EventDetail): void {
    if (!isIssuing(event)) return;
    const keys = event.resources.filter((resource) => isAccessKeyId(resource) && resource !== event.accessKeyId);
    if (keys.length === 0) return;
    if (this.#issuing.length < MOST_ISSUING) this.#issuing.push({ event, keys });
    else this.#issuingCut = true;
  }

  #counted<Entry extends Counted>(
    tally: BoundedTally<Entry>,
    key: string,
    event: EventDetail,
    make: () => Entry,
  ): Entry | undefined {
    const entry = tally.entry(key, make);
    if (entry !== undefined) count(entry, event);
    return entry;
  }
}

/** Names that are listed of what a line is about. */
const MOST_NAMES = 20;

function takenKey(action: string, container: string | undefined): string {
  return `${action}\n${container ?? ''}`;
}

function nothing({ eventTime }: EventDetail): Counted {
  return { events: 0, failures: 0, changes: 0, first: eventTime, last: eventTime };
}

function counted(event: EventDetail): Counted {
  const entry = nothing(event);
  count(entry, event);
  return entry;
}

function count(entry: Counted, event: EventDetail): void {
  entry.events++;
  if (event.outcome !== 'success') entry.failures++;
  if (isChange(event)) entry.changes++;
  if (event.eventTime < entry.first) entry.first = event.eventTime;
  if (event.eventTime > entry.last) entry.last = event.eventTime;
}

function spanOf({ events, first, last }: Counted): {
  readonly events: number;
  readonly first: string;
  readonly last: string;
} {
  return { events, first, last };
}

function mfaOf({ withMfa, withoutMfa }: IdentityEntry): { readonly mfa?: 'always' | 'never' | 'sometimes' } {
  if (withMfa === 0 && withoutMfa === 0) return {};
  return { mfa: withMfa === 0 ? 'never' : withoutMfa === 0 ? 'always' : 'sometimes' };
}

function mostEvents(a: Counted, b: Counted): number {
  return b.events - a.events || (a.first < b.first ? -1 : 1);
}

/** What people come from before what stands for AWS itself. */
function peopleFirst(a: AddressEntry, b: AddressEntry): number {
  const isService = ({ event }: AddressEntry): number => Number(event.address === undefined);
  return isService(a) - isService(b) || mostEvents(a, b);
}

function gravestFirst(a: EffectEntry, b: EffectEntry): number {
  return weightOf(b) - weightOf(a) || mostEvents(a, b);
}

function deniedFirst(a: DeniedEntry, b: DeniedEntry): number {
  const isDenied = ({ event }: DeniedEntry): number => Number(event.outcome === 'denied');
  return isDenied(b) - isDenied(a) || mostEvents(a, b);
}

/** What keeps records of others, or says who may do what, before everything else. */
function weightOf({ event: { action, access } }: EffectEntry): number {
  if (/^(cloudtrail|guardduty|securityhub|config|macie2?|access-analyzer):/.test(action)) return 3;
  if (/^(organizations|kms):/.test(action) || access === 'permissions-management') return 2;
  return action.startsWith('iam:') ? 1 : 0;
}

function mostTaken(a: TakenEntry, b: TakenEntry): number {
  return b.bytes - a.bytes || mostEvents(a, b);
}

/** An event in one line. */
export function pointOf(event: EventDetail): EventPoint {
  const { eventID, eventTime, action, actor, actorKind, session, via, accessKeyId, address, resource } = event;
  return {
    eventID,
    eventTime,
    action,
    actor,
    actorKind,
    ...(session !== undefined && { session }),
    ...(via !== undefined && { via }),
    ...(accessKeyId !== undefined && { accessKeyId }),
    ...(address !== undefined && { address }),
    ...(resource !== undefined && { resource }),
  };
}
