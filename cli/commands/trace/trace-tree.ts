import { counted } from '../../../lambda/shared/counted.ts';
import { printable } from '../../../lambda/shared/printable.ts';
import type { IndexedEvent } from '../../../lambda/store/questions/indexed-event.ts';
import type { TracedCredential } from '../../../lambda/store/questions/trace/expand.ts';
import type { OriginStep } from '../../../lambda/store/questions/trace/origin.ts';
import type { Trace } from '../../../lambda/store/questions/trace/trace.ts';
import { actorText, resourceText } from '../../listings/event-text.ts';
import type { Output } from '../../output/process-io.ts';
import { outcomeStyle, type Paint, paintFor } from '../../output/text-style.ts';
import type { Zone } from '../../time/time-zone.ts';

/** A line of the tree, and what hangs below it. */
interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

const PROOFS: Readonly<Record<OriginStep['by'], string>> = { key: '', session: ' (by session)', login: ' (by login)' };

/** A trace as a tree with times: the first identity, each step to the credential, and what was done with it. */
export function traceTree({ origin, credential }: Trace, zone: Zone, output: Output): string {
  const paint = paintFor(output.colours);
  const time = (eventTime: string): string => zone.format(new Date(eventTime));
  const asked: Branch = {
    text: paint(credentialText(credential), 'heading'),
    below: activity(credential, time, paint),
  };
  const path = origin.steps.reduceRight<Branch>(
    (below, { event, by }) => ({
      text: `${time(event.eventTime)} ${paint(eventText(event), 'notable')}${PROOFS[by]}`,
      below: [below],
    }),
    asked,
  );
  const first = origin.steps[0]?.event ?? credential.events[0];
  const created = origin.created;
  const root: Branch = {
    text: [
      paint(first === undefined ? 'unknown' : actorText(first), 'heading'),
      first?.actorKind === 'root' ? undefined : first?.actorKind,
      first?.accessKeyId,
      first?.address === undefined ? undefined : `from ${first.address}`,
      created && `key made ${time(created.eventTime)} by ${actorText(created)}`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
    below: [path],
  };
  const lines = [`Times in ${zone.name}`, root.text, ...root.below.flatMap((branch) => draw(branch, '', true))];
  return `${lines.map((line) => fitLine(line, output)).join('\n')}\n`;
}

function credentialText({ accessKeyId, eventCount, failureCount }: TracedCredential): string {
  const failures = failureCount === 0 ? '' : `, ${failureCount} of them denied or failed`;
  return `${accessKeyId}: ${counted(eventCount, 'event')}${failures}`;
}

/** What was done with a credential, in the order of time; a call that issued another has that one below it. */
function activity(credential: TracedCredential, time: (eventTime: string) => string, paint: Paint): readonly Branch[] {
  const issued = new Map(credential.issued.map(({ event, credential: below }) => [eventKey(event), below]));
  const shown = new Set(credential.events.map(eventKey));
  const late = credential.issued.map(({ event }) => event).filter((event) => !shown.has(eventKey(event)));
  const branches = [...credential.events, ...late].map((event): Branch => {
    const below = issued.get(eventKey(event));
    const failure = event.outcome === 'success' ? '' : ` ${event.outcome}: ${event.errorCode ?? ''}`;
    return {
      text: `${time(event.eventTime)} ${eventText(event)}${paint(printable(failure), outcomeStyle(event.outcome))}`,
      below:
        below === undefined
          ? []
          : [{ text: paint(credentialText(below), 'heading'), below: activity(below, time, paint) }],
    };
  });
  const hidden = credential.eventCount - credential.events.length;
  return [
    ...branches,
    ...(hidden > 0 ? [{ text: paint(`… and ${hidden} later events: --limit shows more`, 'faint'), below: [] }] : []),
    ...(credential.issuedCut ? [{ text: 'It issued more credentials than a trace follows.', below: [] }] : []),
  ];
}

function eventKey({ eventID, identity }: IndexedEvent): string {
  return `${eventID} ${identity}`;
}

function eventText(event: IndexedEvent): string {
  const resource = resourceText(event);
  return printable(`${event.action}${resource === undefined ? '' : ` ${resource}`}`);
}

function draw({ text, below }: Branch, indent: string, last: boolean): readonly string[] {
  const inner = `${indent}${last ? '   ' : '│  '}`;
  return [
    `${indent}${last ? '└─ ' : '├─ '}${text}`,
    ...below.flatMap((branch, index) => draw(branch, inner, index === below.length - 1)),
  ];
}

/** Lines that hold colours are left to the terminal to wrap: cutting would cut a colour's end. */
function fitLine(line: string, { columns, colours }: Output): string {
  if (columns === undefined || colours || line.length <= columns) return line;
  return `${line.slice(0, columns - 1)}…`;
}
