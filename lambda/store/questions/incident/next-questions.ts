import { parseArn } from '../../../cloudtrail/record/arn.ts';
import { isAccessKeyId } from '../trace/issuing.ts';
import type { Incident, NextQuestion } from './incident.ts';

/** Questions that are told. */
const MOST_QUESTIONS = 3;

/** Commands whose first word after the name is what they are asked about. */
const ASKED_BY_SUBJECT: ReadonlySet<string> = new Set(['incident', 'timeline', 'trace']);

type Told = Omit<Incident, 'next' | 'reads' | 'leftOut' | 'version'>;

/** The questions that follow from what is known, the most useful first. */
export function nextQuestions(told: Told): readonly NextQuestion[] {
  if (told.events === 0) return [];
  const candidates = [madeUser(told), otherKey(told), stricken(told), otherActor(told), sameAddress(told), worst(told)];
  const seen = new Set<string>();
  return candidates
    .flatMap((question) => question ?? [])
    .filter(({ args }) => {
      const [name = '', subject = ''] = args;
      // Whoever names a thing so that it looks like an option gets no command.
      if (ASKED_BY_SUBJECT.has(name) && subject.startsWith('-')) return false;
      const key = args.join(' ');
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, MOST_QUESTIONS);
}

/** Whoever was made and still stands may act under the own name by now. */
function madeUser({ persistence }: Told): NextQuestion | undefined {
  const made = persistence.items.find(({ event, undone }) => event.action === 'iam:CreateUser' && undone === undefined);
  const name = made?.resources.find((resource) => parseArn(resource) === undefined);
  return name === undefined
    ? undefined
    : { question: `What did the user do that was made, ${name}?`, args: ['incident', `user/${name}`] };
}

/** A key that stays valid until somebody deactivates it, other than the one that was asked for. */
function otherKey({ subject, persistence, credentials, issued }: Told): NextQuestion | undefined {
  const made = persistence.items
    .filter(({ kind, undone }) => kind === 'key' && undone === undefined)
    .flatMap(({ resources }) => resources.filter(isAccessKeyId));
  const used = [
    ...credentials.items.filter(({ lifetime }) => lifetime === 'long-term'),
    ...issued.items.filter(({ changes }) => changes > 0),
    ...credentials.items.filter(({ cameBy }) => cameBy.how !== 'forwarded'),
  ].map(({ accessKeyId }) => accessKeyId);
  // Keys may be asked for in small letters.
  const asked = subject.text.toUpperCase();
  const key = [...made, ...used].find((candidate) => candidate !== asked);
  return key === undefined
    ? undefined
    : { question: `Where did ${key} come from, and what else was done with it?`, args: ['trace', key] };
}

/** Policies that AWS manages belong to nobody. */
const OF_AWS = /^arn:[\w-]+:iam::aws:/;

/** What was deleted, stopped or shared. */
function stricken({ effects, subject }: Told): NextQuestion | undefined {
  for (const { effect, actions } of effects) {
    if (effect === 'created' || effect === 'changed') continue;
    const resource = actions.items
      .flatMap(({ resources }) => resources.items)
      .find((candidate) => candidate !== subject.text && !OF_AWS.test(candidate));
    if (resource === undefined) continue;
    return { question: `What else was done to ${resource}, and by whom?`, args: ['timeline', resource] };
  }
  return undefined;
}

/** Who it was, where something else was asked for. */
function otherActor({ subject, identities, began, ended }: Told): NextQuestion | undefined {
  if (['actor', 'session', 'event', 'finding', 'alert'].includes(subject.kind)) return undefined;
  const person = identities.items.find(({ actorKind }) => actorKind !== 'service' && actorKind !== 'unknown');
  if (person === undefined || began === undefined || ended === undefined) return undefined;
  return {
    question: `What else did ${person.actor} do?`,
    // A day alone would be one of the zone of whoever asks.
    args: ['incident', person.actor, '--since', `${began.eventTime.slice(0, 10)}T00:00:00Z`],
  };
}

function sameAddress({ addresses, subject }: Told): NextQuestion | undefined {
  const known = addresses.items.find(({ isService, address }) => !isService && address !== subject.text);
  return known === undefined
    ? undefined
    : {
        question: `Who else came from ${known.address}?`,
        args: ['events', '--address', known.address, '--by', 'actor'],
      };
}

function worst({ findings, identities }: Told): NextQuestion | undefined {
  const [rule] = findings.rules.items;
  const [identity] = identities.items;
  return rule === undefined || identity === undefined
    ? undefined
    : {
        question: `Whom else did the rule find, ${rule.title}?`,
        args: ['findings', '--rule', rule.ruleId, '--by', 'actor'],
      };
}
