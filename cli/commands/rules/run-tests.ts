import { readEvent } from '../../../lambda/cloudtrail/cloudtrail-event.ts';
import { derivedFields } from '../../../lambda/cloudtrail/derived-fields.ts';
import { type Directory, UNKNOWN_PLACE } from '../../../lambda/cloudtrail/directory.ts';
import { createDetector, type ExplainNode, type RuleSet } from '../../../lambda/detection/index.ts';
import { sessionOf } from '../../../lambda/findings/session-of.ts';
import { counted } from '../../../lambda/shared/counted.ts';
import { completeEvent } from './complete-event.ts';
import type { RuleTest, TestFile } from './test-file.ts';

/** What came of a test. */
export interface TestOutcome {
  readonly name: string;
  readonly line: number;
  /** Why it failed; undefined if it passed. */
  readonly failure?: string;
  /** Where an event should have matched and didn't, or the other way round: why. */
  readonly explanation?: readonly ExplainNode[];
  /** Ids of the rules that the test is about. */
  readonly rules: readonly string[];
}

type Rule = RuleSet['rules'][number];
type MatchTest = Extract<RuleTest, { kind: 'match' }>;
type FindingsTest = Extract<RuleTest, { kind: 'findings' }>;

/**
 * Runs the tests of a rule file: each from its own beginning, with correlations that have seen nothing yet.
 * @param ruleSet the rules of the file, with those that its correlations and filters name.
 * @param file the rule file, as the rule set's metadata has it.
 */
export function runTests(
  ruleSet: RuleSet,
  file: string,
  { defaults, places, accounts, users, tests }: TestFile,
): readonly TestOutcome[] {
  const directory: Directory = {
    placeOf: (address) => places[address] ?? UNKNOWN_PLACE,
    accountOf: (id) => accounts[id],
    userOf: (id) => users[id],
  };
  const own = ruleSet.rules.filter(({ metadata }) => metadata.file === file);
  return tests.map((test) => {
    const about = { name: test.name, line: test.line };
    const rules = rulesOf(test, own);
    if (typeof rules === 'string') return { ...about, rules: [], failure: rules };
    const context = { ruleSet, defaults, directory, ids: rules.map(({ metadata }) => metadata.id) };
    try {
      const outcome = test.kind === 'match' ? judgeMatch(test, context) : judgeFindings(test, context);
      return { ...about, rules: context.ids, ...outcome };
    } catch (error) {
      if (error instanceof UnreadableEvent) return { ...about, rules: context.ids, failure: error.message };
      throw error;
    }
  });
}

/** The rules that a test is about, or why there are none. */
function rulesOf({ kind, rule }: RuleTest, own: readonly Rule[]): readonly Rule[] | string {
  if (rule !== undefined) {
    const named = own.filter(({ metadata: { id, name, title } }) => [id, name, title].includes(rule));
    return named.length > 0 ? named : `the rule file has no rule with the id, name or title '${rule}'`;
  }
  const correlations = own.filter((one) => one.kind === 'correlation');
  if (kind === 'findings' && correlations.length > 0) return correlations;
  const detections = own.filter((one) => one.kind === 'detection');
  if (detections.length > 0) return detections;
  return correlations.length > 0
    ? 'the rule file has correlations only: test them with findings and events'
    : 'the rule file has no rule that could be loaded';
}

interface TestContext {
  readonly ruleSet: RuleSet;
  readonly defaults: TestFile['defaults'];
  readonly directory: Directory;
  /** The rules that the test is about. */
  readonly ids: readonly string[];
}

type Verdict = Pick<TestOutcome, 'failure' | 'explanation'>;

function judgeMatch(test: MatchTest, { ruleSet, defaults, directory, ids }: TestContext): Verdict {
  const detector = createDetector(ruleSet);
  const { record, derived } = readTestEvent(completeEvent(1, defaults, test.event), directory);
  const explanation = ids.flatMap((id) => detector.explain(id, record, derived) ?? []);
  if (explanation.some(({ verdict }) => verdict) === test.match) return {};
  return { failure: test.match ? 'does not match, and should' : 'matches, and should not', explanation };
}

function judgeFindings(
  { events, findings, learned }: FindingsTest,
  { ruleSet, defaults, directory, ids }: TestContext,
): Verdict {
  const detector = createDetector(ruleSet, learned ? { seenSince: Number.NEGATIVE_INFINITY } : {});
  let clock = Number.NEGATIVE_INFINITY;
  let number = 0;
  let found = 0;
  const detections = new Set(ruleSet.rules.flatMap((rule) => (rule.kind === 'detection' ? rule.metadata.id : [])));
  // A rule that only serves a correlation makes no findings of its own, but can still be tested.
  const matches = (id: string, record: object, derived: object): boolean =>
    detections.has(id) && detector.explain(id, record, derived)?.verdict === true;
  const perSession = new Set(ruleSet.rules.flatMap(({ metadata }) => (metadata.per === undefined ? [] : metadata.id)));
  const sessions = new Set<string>();
  const isNew = (id: string, session: string | undefined): boolean => {
    if (session === undefined || !perSession.has(id)) return true;
    const before = sessions.size;
    return sessions.add(`${id}\n${session}`).size > before;
  };
  const isAbout = ({ ruleId }: { ruleId: string }): boolean => ids.includes(ruleId);
  for (const { at, event: members, repeat, every = 0 } of events) {
    for (let i = 0; i < repeat; i++) {
      number++;
      const time = Date.parse(at) + i * every;
      const event = completeEvent(number, defaults, members, {
        eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
      });
      // Events come in the order in which they are written, and a clock doesn't go back.
      clock = Math.max(clock, time);
      const { record, derived, session } = readTestEvent(event, directory);
      found += ids.filter((id) => matches(id, record, derived) && isNew(id, session)).length;
      found += detector.correlate(record, clock, derived).filter(isAbout).length;
    }
  }
  found += detector.settle(Number.POSITIVE_INFINITY).filter(isAbout).length;
  return found === findings ? {} : { failure: `${counted(found, 'finding')}, where ${findings} should be` };
}

class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/** The event as rules see it, with what is below `trailwarden.`. */
function readTestEvent(
  record: Record<string, unknown>,
  directory: Directory,
): {
  record: object;
  derived: object;
  session?: string | undefined;
} {
  const result = readEvent(record, { bucket: '', key: '', version: '', index: 0 }, directory);
  if (result.ok) {
    const { event } = result;
    return { record: event.record, derived: derivedFields(event), session: sessionOf(event) };
  }
  throw new UnreadableEvent(`the event can't be read as a CloudTrail record: ${result.reason}`);
}
