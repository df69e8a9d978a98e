import type { CorrelationRule, Field } from '../language/rule-set.ts';
import type { ChainStep, Member } from './correlation-store.ts';
import { fieldKey } from './measure-members.ts';

/**
 * A chain: what one actor did, told by the rules that noticed it. Its members are the matches of every rule whose
 * findings are of low or above, and the firings of every such correlation; each rule counts once.
 */

/** Members of each rule that are read before an event, and after it: the first of them says when the rule's step was. */
export const CHAIN_CAP = 25;

/** Steps that a chain tells: an attack sets off fewer rules before it is noticed. */
const MAX_STEPS = 50;

const HOUR = 3_600_000;

const ACTOR = field('trailwarden.actor.id', ['trailwarden', 'actor', 'id']);
const KIND = field('trailwarden.actor.kind', ['trailwarden', 'actor', 'kind']);
const ACTION = field('trailwarden.action', ['trailwarden', 'action']);
const OUTCOME = field('trailwarden.outcome', ['trailwarden', 'outcome']);

/** What a chain reads from an event in addition to its group: who is left out, and what its steps tell. */
export const CHAIN_FIELDS: readonly Field[] = [ACTOR, KIND, ACTION, OUTCOME];

/** Services do what somebody else asked them to do: that stands in the records of who asked. */
const LEFT_OUT: ReadonlySet<string> = new Set(['service', 'service-linked-role']);

/** Whether an event is of no chain: of a service, or of nobody that its record names. */
export function isOutOfChains(textsOf: (field: Field) => readonly string[]): boolean {
  const [actor] = textsOf(ACTOR);
  return actor === undefined || actor === 'unknown' || textsOf(KIND).some((kind) => LEFT_OUT.has(kind));
}

/**
 * Of the members of a group that come together, the first and the last of each rule and hour: the others change nothing,
 * because a window that holds one of them and is longer than an hour holds one of these. So a rule that matches
 * thousands of times costs a chain little.
 */
export function thinned(members: readonly Member[]): Member[] {
  const stretches = Map.groupBy(members, ({ rule, eventTime }) => `${Math.floor(eventTime / HOUR)}\n${rule}`).values();
  const kept = new Set(
    [...stretches].flatMap((stretch) => {
      const sorted = stretch.toSorted(inOrder);
      return [sorted[0], sorted.at(-1)];
    }),
  );
  return members.filter((member) => kept.has(member));
}

/** Whether the rules of a window come to as many tactics as the chain asks for. */
export function reachesTactics({ tactics }: CorrelationRule, window: readonly Member[]): boolean {
  if (tactics === undefined) return true;
  const rules = new Set(window.map(({ rule }) => rule));
  const reached = new Set([...rules].flatMap((rule) => tactics.byRule[rule] ?? []));
  // Rules from before ATT&CK 19 name the tactic that it divided into these two.
  if (reached.has('stealth') || reached.has('defense-impairment')) reached.delete('defense-evasion');
  return reached.size >= tactics.atLeast;
}

/** The first member of each rule in a window, in the order of eventTime. */
export function stepsOf(window: readonly Member[]): ChainStep[] {
  const first = new Map<string, Member>();
  for (const member of window.toSorted(inOrder)) if (!first.has(member.rule)) first.set(member.rule, member);
  return [...first.values()].slice(0, MAX_STEPS).map(stepOf);
}

function stepOf({ rule, eventTime, eventID, fields }: Member): ChainStep {
  const [action] = fields[fieldKey(ACTION.path)] ?? [];
  const [outcome] = fields[fieldKey(OUTCOME.path)] ?? [];
  return {
    rule,
    at: eventTime,
    eventID,
    ...(action !== undefined && { action }),
    ...(outcome !== undefined && { outcome }),
  };
}

function inOrder(a: Member, b: Member): number {
  if (a.eventTime !== b.eventTime) return a.eventTime - b.eventTime;
  if (a.identity !== b.identity) return a.identity < b.identity ? -1 : 1;
  return a.rule < b.rule ? -1 : Number(a.rule > b.rule);
}

function field(name: string, path: readonly string[]): Field {
  return { name, path };
}
