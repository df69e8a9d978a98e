import type { Incident } from '../../lambda/store/questions/incident/incident.ts';
import type { Kept, QuestionName } from './asked.ts';
import type { FilterName } from './bounds.ts';

/** An answer, and what it took. */
export interface Told<Answer> {
  readonly answer: Answer;
  readonly reads: TakenReads;
}

/** Read units. */
export interface TakenReads {
  /** Of this answer. */
  readonly units: number;
  /** Of all answers since the page's server began. */
  readonly session: number;
  /** What the session may take. */
  readonly limit: number;
}

/** By the question's name. */
export interface Answers {
  readonly start: StartAnswer;
  readonly 'overview-events': EventsOverview;
  readonly 'overview-findings': FindingsOverview;
  readonly completeness: Completeness;
  readonly facets: FacetsAnswer;
  readonly events: EventsAnswer;
  readonly event: EventAnswer;
  readonly findings: FindingsAnswer;
  readonly finding: FindingDetail;
  readonly alert: AlertAnswer;
  readonly 'newer-findings': { readonly count: number };
  readonly mark: FindingMark;
  readonly suppress: { readonly suppressionId: string };
  readonly lead: Lead;
  readonly story: StoryAnswer;
  readonly keep: Kept;
  readonly report: ReportAnswer;
  readonly 'allow-reads': Record<string, never>;
}
export type AnswerOf<Name extends QuestionName> = Answers[Name];

export interface StartAnswer {
  readonly deployment: string;
  readonly isLocal: boolean;
  readonly version: string;
  /** ISO 8601 in UTC; the server's clock. */
  readonly now: string;
  /** eventTime of the newest event; absent where the index is empty. */
  readonly newest?: string;
  readonly kept: Kept;
}

/** Events of a range beside the range of the same length before it. */
export interface EventsOverview {
  readonly events: Change;
  readonly denied: Change;
  readonly bars: readonly TimeBar[];
  readonly actors: readonly CountedValue[];
  readonly addresses: readonly CountedValue[];
  /** Absent where counting them alone would take more than a hundredth of a session's reads. */
  readonly deniedActions?: readonly CountedValue[];
  readonly command: string;
}

export interface Change {
  readonly now: number;
  readonly before: number;
}

export interface TimeBar {
  /** Seconds since 1970. */
  readonly at: number;
  readonly count: number;
}

export interface CountedValue {
  readonly value: string;
  /** As people say it, where that differs: `role/Deploy`. */
  readonly name?: string;
  readonly count: number;
}

export interface FindingsOverview {
  readonly findings: Change;
  /** There were more than were counted. */
  readonly isAtLeast: boolean;
  /** From the most severe on: all levels. */
  readonly levels: readonly LevelChange[];
  readonly rules: readonly CountedRule[];
  readonly alerts: readonly NewAlert[];
  readonly alertCount: Change;
  readonly command: string;
}

export interface LevelChange extends Change {
  readonly level: string;
  readonly bars: readonly TimeBar[];
}

export interface CountedRule {
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  readonly count: number;
}

export interface NewAlert {
  readonly alertId: string;
  readonly title: string;
  readonly level: string;
  readonly time: string;
  readonly actor?: string;
  readonly account?: string;
  readonly findings: number;
}

/** What was delivered, and what became of it. Times are those of delivery. */
export interface Completeness {
  readonly totals: HourCounts;
  readonly rows: readonly CompletenessRow[];
  /** Of a column. */
  readonly hours: number;
  readonly command: string;
}

export interface CompletenessRow {
  readonly account: string;
  readonly region: string;
  /** A column each, from the range's beginning on; absent where nothing was delivered. */
  readonly cells: readonly (HourCounts | null)[];
}

export interface HourCounts {
  /** ISO 8601: the beginning. */
  readonly at: string;
  readonly delivered: number;
  readonly processed: number;
  readonly failed: number;
  readonly open: number;
  readonly late: number;
  readonly missing: number;
  readonly verified: number;
  readonly modified: number;
  readonly unvouched: number;
}

export interface FacetsAnswer {
  readonly total: number;
  readonly facets: readonly FacetList[];
  readonly bars: readonly TimeBar[];
  /** Of a bar. */
  readonly barSeconds: number;
  readonly command: string;
}

export interface FacetList {
  readonly filter: FilterName;
  readonly values: readonly CountedValue[];
  readonly distinct: number;
}

/** An event in a row of a table. */
export interface EventRow {
  readonly eventID: string;
  readonly identity: string;
  readonly eventTime: string;
  readonly actor: string;
  /** As people say it. */
  readonly who: string;
  readonly action: string;
  readonly access: string;
  readonly outcome: string;
  readonly errorCode?: string;
  readonly resource?: string;
  /** Resources beside the one that is shown; -1 where the record names more than the index. */
  readonly more: number;
  readonly address?: string;
  readonly account: string;
  readonly region: string;
  readonly accessKeyId?: string;
}

export interface EventsAnswer {
  /** From `from` on. */
  readonly rows: readonly EventRow[];
  /** There are no more. */
  readonly isEnd: boolean;
}

/** A member of an event, with the filter that its value has. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly filter?: FilterName;
  /** An ARN, a key, an id: its incident can be asked for. */
  readonly isSubject?: true;
}

export interface EventAnswer {
  /** Empty where there is none of that id; several where records share it. */
  readonly events: readonly EventDetailAnswer[];
  readonly command: string;
}

export interface EventDetailAnswer {
  readonly row: EventRow;
  readonly facts: readonly Fact[];
  readonly findings: readonly FindingDetail[];
  readonly receipt: { readonly object: string; readonly version: string; readonly index: number };
  readonly proof: Proof;
  /** The record as it stands in the log object, laid out, secrets masked. */
  readonly record?: string;
  readonly problem?: string;
}

/** What stands for the log object. */
export interface Proof {
  /** `same`: its SHA-256 is the ledger's. */
  readonly content: 'same' | 'changed' | 'unknown';
  readonly sha256?: string;
  /** `none`: no digest has named it so far. */
  readonly digest: 'verified' | 'modified' | 'missing' | 'unvouched' | 'none';
}

export interface FindingRow {
  readonly findingId: string;
  readonly ruleId: string;
  readonly title: string;
  readonly level: string;
  readonly eventTime: string;
  readonly eventID?: string;
  readonly actor?: string;
  readonly who?: string;
  readonly action?: string;
  readonly account?: string;
  readonly region?: string;
  readonly address?: string;
  readonly outcome?: string;
  readonly alertId?: string;
  readonly tactics: readonly string[];
}

export interface FindingDetail extends FindingRow {
  readonly matched: readonly { readonly field: string; readonly value: string }[];
  readonly description?: string;
  readonly falsepositives: readonly string[];
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly suppressedBy?: string;
  /** The id of the rule whose alert about the same event stands for it. */
  readonly joinedTo?: string;
  readonly steps: readonly string[];
  readonly mark?: FindingMark;
}

/** What somebody found out about a finding. */
export interface FindingMark {
  readonly verdict: 'true' | 'false';
  readonly reason: string;
  readonly by: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

export interface FindingsAnswer {
  readonly rows: readonly FindingRow[];
  readonly isAtLeast: boolean;
  readonly groups: readonly FindingGroup[];
  readonly command: string;
}

export interface FindingGroup {
  readonly by: 'level' | 'rule' | 'actor' | 'tactic';
  readonly values: readonly (CountedValue & { readonly level?: string })[];
}

export interface ChannelState {
  readonly channel: string;
  readonly message: string;
  readonly state: string;
  readonly at?: string;
  readonly nextTry?: string;
  readonly tries: number;
  /** What the other side answered, or what went wrong. */
  readonly answer?: string;
}

export interface AlertAnswer {
  readonly alertId: string;
  readonly level: string;
  readonly ruleId: string;
  readonly windowStart: string;
  readonly windowEnd: string;
  /** What became of it, in a sentence. */
  readonly outcome: string;
  /** How far each channel is with each of its messages. Times are ISO 8601 in UTC. */
  readonly channels: readonly ChannelState[];
  /** The message to people. */
  readonly message?: { readonly subject: string; readonly body: string };
  /** Whose story it is. */
  readonly finding?: FindingRow;
  readonly command: string;
}

/** Where what was typed leads: a view, and the state of it as its address has it. */
export interface Lead {
  readonly path: string;
  /** As what it was understood. */
  readonly kind: string;
}

export interface StoryAnswer {
  readonly incident: Incident;
  /** The names that people know actors by. */
  readonly names: Readonly<Record<string, string>>;
  /** The questions that follow, as commands. */
  readonly next: readonly { readonly question: string; readonly args: readonly string[]; readonly command: string }[];
  readonly command: string;
}

export interface ReportAnswer {
  readonly fileName: string;
  readonly html: string;
  /** Why the file doesn't hold all of the story, as it says itself; empty where it holds all. */
  readonly leftOut: readonly string[];
}
