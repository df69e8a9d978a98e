import { jsonText } from '../../output/json.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Output } from '../../output/process-io.ts';
import { paintFor, type Style } from '../../output/text-style.ts';
import type { Checked, CheckState } from './check.ts';

/** What was found of a deployment. */
export interface Diagnosis {
  readonly deployment: string;
  readonly account: string;
  readonly region: string;
  readonly checks: readonly Checked[];
}

/** Whether somebody must do something. What can't be said yet is no fault. */
export function isWell({ checks }: Diagnosis): boolean {
  return checks.every(({ state }) => state === 'ok' || state === 'waiting');
}

const WORDS: Readonly<Record<CheckState, { readonly word: string; readonly style: Style }>> = {
  ok: { word: 'ok', style: 'good' },
  waiting: { word: 'not yet', style: 'faint' },
  unknown: { word: 'unknown', style: 'warning' },
  wrong: { word: 'WRONG', style: 'bad' },
};

const GAP = 2;

/** A line a check, with what to do below it. */
export function diagnosisText({ checks }: Diagnosis, output: Output): string {
  const paint = paintFor(output.colours);
  const stateWidth = Math.max(...Object.values(WORDS).map(({ word }) => word.length)) + GAP;
  const nameWidth = Math.max(...checks.map(({ check }) => check.length)) + GAP;
  const indent = ' '.repeat(stateWidth + nameWidth);
  return checks
    .map(({ check, state, says, todo }) => {
      const { word, style } = WORDS[state];
      const line = `${paint(word, style)}${' '.repeat(stateWidth - word.length)}${check.padEnd(nameWidth)}${printableLines(says)}\n`;
      return todo === undefined ? line : `${line}${indent}${printableLines(todo)}\n`;
    })
    .join('');
}

export function diagnosisJson(diagnosis: Diagnosis): string {
  return `${jsonText({ ...diagnosis, ok: isWell(diagnosis) }, 2)}\n`;
}
