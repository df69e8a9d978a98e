import { counted } from '../../../lambda/shared/counted.ts';
import { printable } from '../../../lambda/shared/printable.ts';
import { printableLines } from '../../output/printable-lines.ts';
import type { Io } from '../../output/process-io.ts';
import { levelStyle, paintFor } from '../../output/text-style.ts';
import { place } from '../scan/report/scan-finding-listing.ts';
import type { BacktestReport } from './backtest.ts';

const BAR_WIDTH = 40;

/** Days that are drawn; the days of findings years apart would fill the screen with nothing. */
const MAX_DAYS = 92;

/** The report for people. */
export function backtestText(report: BacktestReport, io: Io): string {
  const { rules, events, findings, alerts, windowMinutes, days, undated, actors, examples } = report;
  const paint = paintFor(io.stdout.colours);
  const lines = rules.map(
    ({ title, level }) => `${paint(printable(title), 'heading')}  ${paint(level, levelStyle(level))}`,
  );
  lines.push(
    `${counted(alerts, 'alert')} of ${counted(findings, 'finding')} in ${counted(events, 'event')}`,
    paint(`(findings of one actor and account within ${counted(windowMinutes, 'minute')} share an alert)`, 'faint'),
  );
  if (rules.every(({ level }) => level === 'informational')) {
    lines.push('Informational findings are recorded, and send no alerts.');
  }
  if (undated > 0) lines.push(`${counted(undated, 'finding')} about events without a time`);
  if (findings === 0) return `${lines.join('\n')}\n`;
  return `${[...lines, '', ...histogram(days), '', 'Most frequent actors', ...actorLines(actors), '', 'Examples', ...exampleLines(examples)].join('\n')}\n`;
}

function histogram(days: BacktestReport['days']): string[] {
  const shown = days.filter(({ findings }) => days.length <= MAX_DAYS || findings > 0);
  const most = Math.max(...shown.map(({ findings }) => findings));
  const width = Math.max(...shown.map(({ findings }) => String(findings).length));
  return shown.map(({ day, findings, alerts }) => {
    const bar = '█'.repeat(findings === 0 ? 0 : Math.max(1, Math.round((findings / most) * BAR_WIDTH)));
    return `${day}  ${String(findings).padStart(width)}  ${bar}${alerts > 0 ? `  ${counted(alerts, 'alert')}` : ''}`;
  });
}

function actorLines(actors: BacktestReport['actors']): string[] {
  const width = Math.max(...actors.map(({ findings }) => String(findings).length));
  return actors.map(({ actor, findings }) => `  ${String(findings).padStart(width)}  ${printable(actor)}`);
}

function exampleLines(examples: BacktestReport['examples']): string[] {
  return examples.flatMap((finding) => {
    const event =
      'eventID' in finding
        ? (finding.eventID ?? 'no eventID')
        : `${counted(finding.eventIDs.length, 'event')} since ${finding.from}`;
    return [
      `  ${finding.eventTime ?? 'no time'}  ${finding.action}  ${finding.actor}`,
      `    ${event}, ${place(finding.receipt)}`,
      ...finding.matched.map(({ field, value }) => `    ${field} = ${JSON.stringify(value)}`),
    ].map((line) => printableLines(line));
  });
}
