import type { Reads } from '../../dynamo/queries/read-meter.ts';
import type { OriginStep } from '../trace/origin.ts';
import type { Effect } from './effects.ts';
import type { PersistenceKind } from './persistence.ts';
import type { SubjectKind } from './subject.ts';

/** The form of an incident as programs get it. A member that is added later doesn't change it. */
export const INCIDENT_VERSION = 1;

/**
 * The first ten minutes of an incident: who, from where, with which keys, when it began, what was touched, taken and
 * destroyed, and how they stay. It says what is so, and nothing of how that is shown. Times are ISO 8601 in UTC.
 */
export interface Incident {
  readonly version: typeof INCIDENT_VERSION;
  readonly subject: IncidentSubject;
  /** All events that are told of, those by credentials that were issued included; each once. */
  readonly events: number;
  /** Those of them that meet what was asked for. The rest was done with credentials that they issued. */
  readonly askedEvents: number;
  /** Denied or failed. */
  readonly failures: number;
  /** Successful, and neither read nor list. */
  readonly changes: number;
  /** The first event and the last, absent where there is none. */
  readonly began?: EventPoint;
  readonly ended?: EventPoint;
  /** Hours with events, in the order of time. */
  readonly activity: readonly HourOfActivity[];
  readonly identities: Listed<IncidentIdentity>;
  readonly credentials: Listed<IncidentCredential>;
  /** Addresses, then what stands for AWS itself; each by count. */
  readonly addresses: Listed<IncidentAddress>;
  /** What was deleted, stopped, shared, created and changed, the gravest first. */
  readonly effects: readonly EffectGroup[];
  /** Reads that hand out what is stored: objects, rows, secrets, images. Those with the most bytes, then calls, first. */
  readonly taken: Listed<TakenData>;
  /** Denied calls, then those that failed otherwise; each by count. */
  readonly denied: Listed<DeniedAction>;
  readonly findings: IncidentFindings;
  readonly persistence: Persistence;
  /** What was done with credentials that were issued: those with the most changes, then events, first. */
  readonly issued: Listed<IssuedCredentialUse>;
  /** Questions that follow, the most useful first. */
  readonly next: readonly NextQuestion[];
  /** What is left out of the answer, and why. Empty where it is complete. */
  readonly leftOut: readonly LeftOut[];
  /** What it took of the index. */
  readonly reads: Reads;
}

/** The first of a list, by what the list is ordered by. */
export interface Listed<Item> {
  readonly items: readonly Item[];
  /** How many there are, those left out included. */
  readonly total: number;
  /** There are more than `total`: as many as are told apart were found. */
  readonly atLeast?: true;
}

/** What an incident was asked for by. */
export interface IncidentSubject {
  readonly kind: SubjectKind;
  /** As it was asked. */
  readonly text: string;
  /** What events must meet: of each field any value, of several fields all. */
  readonly conditions: Readonly<Record<string, readonly string[]>>;
  /** Included; absent where nothing bounds it. */
  readonly since?: string;
  /** Not included. */
  readonly until?: string;
  /**
   * Where the times come from: `asked`; `around` the event, finding or alert; `last-days` of what the actor, key, address
   * or resource did; `none` where nothing bounds them.
   */
  readonly times: 'asked' | 'around' | 'last-days' | 'none';
  /** There are events before `since`. Told only where the times are not those that were asked for. */
  readonly earlier?: boolean;
}

/** An event in one line. */
export interface EventPoint {
  readonly eventID: string;
  readonly eventTime: string;
  readonly action: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly session?: string;
  readonly via?: string;
  readonly accessKeyId?: string;
  readonly address?: string;
  readonly resource?: string;
}

/** Counts of events, and when the first and the last of them were. */
export interface Span {
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

export interface HourOfActivity {
  /** `2026-11-20T14`. */
  readonly hour: string;
  readonly events: number;
  readonly changes: number;
  readonly failures: number;
}

/** An actor, with the session where there is one. */
export interface IncidentIdentity extends Span {
  readonly actor: string;
  readonly actorKind: string;
  readonly session?: string;
  readonly failures: number;
  readonly changes: number;
  /** Whether sessions had MFA; absent where no record says. */
  readonly mfa?: 'always' | 'never' | 'sometimes';
  readonly console: boolean;
  readonly credentials: Listed<string>;
  readonly addresses: Listed<string>;
}

export interface IncidentCredential extends Span {
  readonly accessKeyId: string;
  /** `long-term` or `temporary`. */
  readonly lifetime: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly session?: string;
  readonly failures: number;
  readonly addresses: Listed<string>;
  readonly cameBy: CameBy;
}

/** How somebody came by a credential. */
export interface CameBy {
  /**
   * `issued`: by the last of `steps`; `made`: a long-term key, by `event`; `forwarded`: a session that an AWS service
   * uses for the caller; `unknown`: the log doesn't go back that far; `not-asked`: it was not looked for.
   */
  readonly how: 'issued' | 'made' | 'forwarded' | 'unknown' | 'not-asked';
  /** The call that made a long-term key. */
  readonly event?: EventPoint;
  /** From the first identity on. */
  readonly steps?: readonly {
    readonly event: EventPoint;
    readonly accessKeyId: string;
    readonly by: OriginStep['by'];
  }[];
  /** The service that forwarded it. */
  readonly service?: string;
}

export interface IncidentAddress extends Span {
  readonly address: string;
  /** The record names a service, or `AWS Internal`, in place of an address. */
  readonly isService: boolean;
  /** Its network, country and carrier, as far as the deployment knows them. */
  readonly place?: string;
  readonly failures: number;
  readonly userAgents: Listed<string>;
  /** ARNs and other stable identities of actors. */
  readonly actors: Listed<string>;
}

/** Successful calls that had one effect. */
export interface EffectGroup extends Span {
  readonly effect: Effect;
  /** Those that hide what happens, or say who may do what, first; then by count. */
  readonly actions: Listed<ActionEffect>;
}

/** Calls of one action that had an effect. */
export interface ActionEffect extends Span {
  readonly action: string;
  readonly access: string;
  readonly resources: Listed<string>;
  readonly actors: Listed<string>;
  /** Of `shared`, where the record was read: accounts, or `everybody`. */
  readonly sharedWith?: readonly string[];
}

/** Calls of one action that handed out what one container holds. */
export interface TakenData extends Span {
  readonly action: string;
  /** A bucket, a table, a repository; absent where the action has none. */
  readonly container?: string;
  readonly objects: Listed<string>;
  /** Bytes that records say were sent, of `bytesOfEvents` of the events. */
  readonly bytes?: number;
  readonly bytesOfEvents?: number;
}

export interface DeniedAction extends Span {
  readonly action: string;
  readonly errorCode?: string;
  /** `denied`, or `error`. */
  readonly outcome: string;
  readonly actors: Listed<string>;
  readonly resources: Listed<string>;
}

/** Findings about the events. */
export interface IncidentFindings {
  readonly total: number;
  /** By tactic of ATT&CK, in the order in which attacks go; a finding of two tactics is in both. */
  readonly tactics: readonly TacticFindings[];
  /** Rules by level, then by count. */
  readonly rules: Listed<RuleFindings>;
}

export interface TacticFindings extends Omit<Span, 'events'> {
  /** As tags have it, `stealth`; `none` for rules without one. */
  readonly tactic: string;
  readonly findings: number;
  /** The most severe. */
  readonly level: string;
  /** Titles of its rules, the most severe first. */
  readonly rules: readonly string[];
}

export interface RuleFindings extends Omit<Span, 'events'> {
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  readonly findings: number;
  /** The first finding of it. */
  readonly findingId: string;
  readonly alertId?: string;
}

/** Calls that let somebody come back: what still stands first, then by kind and time. */
export interface Persistence extends Listed<PersistenceStep> {
  /** Those that the incident itself didn't take back, as far as they are kept. */
  readonly standing: number;
}

/** A successful call that lets somebody come back. */
export interface PersistenceStep {
  readonly kind: PersistenceKind;
  readonly event: EventPoint;
  /** What the call names, at most four. */
  readonly resources: readonly string[];
  /** Who may use it, where the record was read: principals of a trust or policy, `everybody`. */
  readonly lets?: readonly string[];
  /** The call within the incident that took it back. */
  readonly undone?: EventPoint;
}

/** What was done with a credential that was issued. */
export interface IssuedCredentialUse {
  readonly accessKeyId: string;
  /** The call that issued it. */
  readonly by: EventPoint;
  /** The credential that the call was signed with. */
  readonly byKey?: string;
  readonly events: number;
  readonly failures: number;
  readonly changes: number;
  readonly first?: string;
  readonly last?: string;
  readonly actor?: string;
  readonly session?: string;
  readonly addresses: Listed<string>;
  /** The most frequent ones. */
  readonly actions: Listed<ActionCount>;
}

export interface ActionCount {
  readonly action: string;
  readonly events: number;
}

/** A question of the command line that follows. */
export interface NextQuestion {
  readonly question: string;
  /** Command and arguments, as a program takes them: not quoted, and without options that name the deployment. */
  readonly args: readonly string[];
}

/** A part of the answer that isn't whole. */
export interface LeftOut {
  readonly part: 'credentials' | 'issued' | 'findings' | 'records' | 'persistence' | 'earlier' | 'effects';
  /** A sentence. */
  readonly reason: string;
}
