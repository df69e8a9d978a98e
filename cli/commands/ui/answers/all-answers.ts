import type { ReadMeter } from '../../../../lambda/store/dynamo/queries/read-meter.ts';
import type { AnswerOf, Told } from '../../../../ui/protocol/answers.ts';
import { ASKED, type QuestionName, type ReadAsked } from '../../../../ui/protocol/asked.ts';
import type { Answer } from '../../../../ui/server/page-server.ts';
import type { PageContext } from '../context/page-context.ts';
import { completenessAnswer } from './completeness-answer.ts';
import { eventAnswer } from './events/event-detail-answer.ts';
import { EventTables } from './events/event-rows-answer.ts';
import { facetsAnswer } from './events/facets-answer.ts';
import { overviewEventsAnswer } from './events/overview-events-answer.ts';
import { alertAnswer } from './findings/alert-answer.ts';
import { findingAnswer, findingsAnswer } from './findings/findings-answer.ts';
import { markAnswer } from './findings/mark-answer.ts';
import { newerFindingsAnswer } from './findings/newer-findings-answer.ts';
import { overviewFindingsAnswer } from './findings/overview-findings-answer.ts';
import { suppressAnswer } from './findings/suppress-answer.ts';
import { leadAnswer } from './lead-answer.ts';
import { reportAnswer } from './report-answer.ts';
import { startAnswer } from './start-answer.ts';
import { storyAnswer } from './story-answer.ts';

type AllAnswers = {
  readonly [Name in QuestionName]: (
    asked: ReadAsked<Name>,
    context: PageContext,
    meter: ReadMeter,
  ) => Promise<AnswerOf<Name>>;
};

/** Every question of the page: what is asked is checked, and what it took is told with the answer. */
export function allAnswers(context: PageContext): Readonly<Record<string, Answer>> {
  const tables = new EventTables(context);
  const answers: AllAnswers = {
    start: startAnswer,
    'overview-events': overviewEventsAnswer,
    'overview-findings': overviewFindingsAnswer,
    completeness: completenessAnswer,
    facets: facetsAnswer,
    events: (asked, _, meter) => tables.rows(asked, meter),
    event: eventAnswer,
    findings: findingsAnswer,
    finding: findingAnswer,
    alert: alertAnswer,
    'newer-findings': newerFindingsAnswer,
    mark: markAnswer,
    suppress: suppressAnswer,
    lead: leadAnswer,
    story: storyAnswer,
    keep: async (kept, { kept: file }) => {
      await file.write(kept);
      return kept;
    },
    report: reportAnswer,
    'allow-reads': async ({ units }, { session }) => {
      session.allow(units);
      return {};
    },
  };
  const told = async <Name extends QuestionName>(
    name: Name,
    asked: unknown,
    isGone?: AbortSignal,
  ): Promise<Told<AnswerOf<Name>>> => {
    const { session } = context;
    const before = session.units;
    const meter = session.meter(READ_ON.has(name) ? undefined : isGone);
    // The schema of a name reads what the answer of the same name takes; TypeScript doesn't connect the two.
    const read = ASKED[name].parse(asked) as ReadAsked<Name>;
    const answer = await answers[name](read, context, meter);
    const own = meter.reads.units > 0 ? meter.reads.units : SELF_METERED.has(name) ? session.units - before : 0;
    return { answer, reads: { units: own, session: session.units, limit: session.limit } };
  };
  // The keys of ASKED.
  const names = Object.keys(ASKED) as QuestionName[];
  return Object.fromEntries(
    names.map((name): [string, Answer] => [name, (asked, isGone) => told(name, asked, isGone)]),
  );
}

/** A piece of a table is read to its end, whoever waits: where one is left in its middle, the table is read anew. */
const READ_ON: ReadonlySet<QuestionName> = new Set(['events']);

/** They bound themselves by what is left of the session. */
const SELF_METERED: ReadonlySet<QuestionName> = new Set(['story', 'report']);
