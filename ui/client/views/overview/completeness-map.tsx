import type { Completeness, HourCounts } from '../../../protocol/answers.ts';
import { CommandLine } from '../../parts/copy.tsx';
import { Region } from '../../parts/states.tsx';
import { change } from '../../state/address.ts';
import { kept } from '../../state/start.ts';
import type { Answered } from '../../state/use-answer.ts';
import { counted, numberText } from '../../text/number-text.ts';
import { timeText } from '../../text/time-text.ts';

/** What an hour is at its worst, from the worst on: a mark and a word, beside the colour. */
const STATES = [
  { name: 'missing', mark: '×', word: 'missing or changed', holds: (it: HourCounts) => it.missing + it.modified > 0 },
  { name: 'failed', mark: '!', word: 'not readable', holds: (it: HourCounts) => it.failed > 0 },
  { name: 'late', mark: '–', word: 'late', holds: (it: HourCounts) => it.late > 0 },
  { name: 'unvouched', mark: '?', word: 'in no digest', holds: (it: HourCounts) => it.unvouched > 0 },
  { name: 'open', mark: '', word: 'under way', holds: (it: HourCounts) => it.open > 0 },
  { name: 'verified', mark: '', word: 'verified', holds: (it: HourCounts) => it.verified >= it.processed },
  { name: 'processed', mark: '', word: 'processed, digest to come', holds: () => true },
] as const;

type Of = { readonly of: Answered<Completeness> };

/** Whether anything wasn't seen, in one sentence. */
export function CompletenessWord({ of }: Of) {
  const { answer, error } = of;
  const { tone, title, text } = error !== undefined ? FAILED : answer === undefined ? READING : verdict(answer);
  return (
    <section class={`verdict ${tone}`} aria-label="Were we blind?">
      <h2>{title}</h2>
      <p>{text}</p>
    </section>
  );
}

const READING = { tone: 'unknown', title: 'Were we blind?', text: 'Reading the ledger…' };
const FAILED = { tone: 'unknown', title: 'Were we blind?', text: 'The ledger can’t be read now: see the map below.' };

function verdict({ totals, rows }: Completeness): {
  readonly tone: string;
  readonly title: string;
  readonly text: string;
} {
  const { delivered, processed, failed, late, missing, modified, unvouched, verified, open } = totals;
  if (delivered + missing === 0) {
    return {
      tone: 'unknown',
      title: 'Nothing was delivered in this time',
      text: 'No log object came: an idle account, a trail that was stopped, or files that were copied at another time.',
    };
  }
  const troubles = [
    [missing, 'missing'],
    [modified, 'changed'],
    [failed, 'not readable'],
    [late, 'late'],
    [unvouched, 'in no digest'],
  ] as const;
  const found = troubles.filter(([count]) => count > 0).map(([count, word]) => `${numberText(count)} ${word}`);
  const regions = counted(rows.length, 'region of an account', 'regions of accounts');
  const whole = `${numberText(processed)} of ${counted(delivered, 'log object')} processed, ${numberText(verified)} verified by digests, in ${regions}.`;
  if (found.length > 0) return { tone: 'blind', title: `Not everything was seen: ${found.join(', ')}`, text: whole };
  const under = open === 0 ? '' : ` ${numberText(open)} under way.`;
  return { tone: 'seen', title: 'Nothing was missed', text: `${whole}${under}` };
}

/** Account and region by hour. */
export function CompletenessMap({ of }: Of) {
  return (
    <Region
      of={of}
      isEmpty={({ rows }) => rows.length === 0}
      empty={{
        text: 'No log object was delivered in this time.',
        action: (
          <button type="button" onClick={() => change({ last: undefined, ...lastDayOf() })}>
            Look at the last day by the clock
          </button>
        ),
      }}
    >
      {({ rows, hours, command }) => (
        <>
          <div class="map">
            {rows.map(({ account, region, cells }) => (
              <div key={`${account} ${region}`} class="map-row">
                <span class="map-name">
                  <span class="id">{account}</span> {region}
                </span>
                <div class="cells" role="img" aria-label={rowText(account, region, cells)}>
                  {cells.map((cell, column) => {
                    const state = cell === null ? undefined : STATES.find(({ holds }) => holds(cell));
                    return (
                      <span
                        key={column}
                        class={`cell ${state?.name ?? 'none'}`}
                        title={cell === null ? 'nothing delivered' : cellText(cell, hours)}
                      >
                        {state?.mark}
                      </span>
                    );
                  })}
                </div>
              </div>
            ))}
          </div>
          <ul class="legend">
            {STATES.map(({ name, mark, word }) => (
              <li key={name}>
                <span class={`cell ${name}`}>{mark}</span> {word}
              </li>
            ))}
            <li>
              <span class="cell none" /> nothing delivered
            </li>
            <li>{hours === 1 ? 'A column is an hour.' : `A column is ${numberText(hours)} hours.`}</li>
          </ul>
          <CommandLine command={command} />
        </>
      )}
    </Region>
  );
}

function cellText(cell: HourCounts, hours: number): string {
  const { at, delivered, processed, verified, late, missing, failed, modified, unvouched } = cell;
  const parts = [
    `${numberText(delivered)} delivered`,
    `${numberText(processed)} processed`,
    `${numberText(verified)} verified`,
    ...[
      [late, 'late'],
      [missing, 'missing'],
      [failed, 'not readable'],
      [modified, 'changed'],
      [unvouched, 'in no digest'],
    ].flatMap(([count, word]) => (count === 0 ? [] : [`${numberText(Number(count))} ${word}`])),
  ];
  return `${timeText(at, kept.value.zone)}, ${counted(hours, 'hour')}: ${parts.join(', ')}`;
}

function rowText(account: string, region: string, cells: readonly (HourCounts | null)[]): string {
  const states = new Map<string, number>();
  for (const cell of cells) {
    const word = cell === null ? 'nothing delivered' : (STATES.find(({ holds }) => holds(cell))?.word ?? '');
    states.set(word, (states.get(word) ?? 0) + 1);
  }
  const text = [...states].map(([word, count]) => `${counted(count, 'column')} ${word}`).join(', ');
  return `${account} ${region}: ${text}`;
}

function lastDayOf(): { readonly since: string; readonly until: string } {
  const text = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
  const end = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
  return { since: text(end - 24 * 3_600_000), until: text(end) };
}
