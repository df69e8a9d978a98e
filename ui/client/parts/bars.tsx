import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { TimeBar } from '../../protocol/answers.ts';
import { kept } from '../state/start.ts';
import { numberText } from '../text/number-text.ts';
import { textOfSeconds } from '../text/time-range.ts';
import { timeText } from '../text/time-text.ts';

/** What a stack of bars has of one kind. */
export interface BarSeries {
  readonly label: string;
  /** The custom property of the style sheet that has its colour. */
  readonly colour: string;
  readonly bars: readonly TimeBar[];
}

interface BarsProps {
  readonly label: string;
  /** From the bottom to the top. */
  readonly series: readonly BarSeries[];
  readonly barSeconds: number;
  readonly since: string;
  readonly until: string;
  readonly height: number;
  /** Told the range that was dragged. */
  readonly onRange: (since: string, until: string) => void;
}

/** Bars over time; dragging over them takes a range. */
export function Bars({ label, series, barSeconds, since, until, height, onRange }: BarsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const scheme = useColourScheme();
  const { zone } = kept.value;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (element === null || width === 0) return;
    const [from, to] = [Date.parse(since) / 1000, Date.parse(until) / 1000];
    const plot = new uPlot(
      optionsOf({ series, width, height, zone, barSeconds, from, to, onRange }),
      dataOf(series, { from, to, barSeconds }),
      element,
    );
    return () => plot.destroy();
  }, [JSON.stringify(series), since, until, width, height, scheme, zone]);

  const total = series.reduce((sum, { bars }) => sum + bars.reduce((own, { count }) => own + count, 0), 0);
  const text = `${label}: ${numberText(total)} from ${timeText(since, zone)} to ${timeText(until, zone)}`;
  return <div class="bars" ref={box} role="img" aria-label={text} style={{ height: `${height}px` }} />;
}

/** Changes when the browser's colours do: a canvas knows no style sheet. */
function useColourScheme(): boolean {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const change = (): void => setDark(dark.matches);
    dark.addEventListener('change', change);
    return () => dark.removeEventListener('change', change);
  }, [dark]);
  return isDark;
}

function colourOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

interface Drawn extends Pick<BarsProps, 'series' | 'barSeconds' | 'height' | 'onRange'> {
  readonly width: number;
  readonly zone: 'utc' | 'local';
  readonly from: number;
  readonly to: number;
}

function optionsOf({ series, width, height, zone, barSeconds, from, to, onRange }: Drawn): uPlot.Options {
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const [muted, line] = [colourOf('--muted'), colourOf('--line')];
  const axis = { stroke: muted, font, ticks: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 20, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    ...(zone === 'utc' && { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') }),
    scales: { x: { time: true, range: () => [from, to] }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 28, gap: 8, space: 96, values: axisTimes(zone) },
      { ...axis, grid: { stroke: line, width: 1 }, size: 56, gap: 8, space: 32, incrs: WHOLE, values: axisCounts },
    ],
    series: [
      {},
      // The whole stack is drawn first, and what lies lower over it.
      ...series.toReversed().map(({ label, colour }) => ({
        label,
        fill: colourOf(colour),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars?.({ size: [0.86, 48], align: 1 }),
      })),
    ],
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width: dragged } = plot.select;
          if (dragged < 4) return;
          const [start, end] = [plot.posToVal(left, 'x'), plot.posToVal(left + dragged, 'x')];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          const step = Math.min(barSeconds, 60);
          onRange(textOfSeconds(Math.floor(start / step) * step), textOfSeconds(Math.ceil(end / step) * step));
        },
      ],
    },
  };
}

/** Counts are whole. */
const WHOLE = [1, 2, 5]
  .flatMap((digit) => Array.from({ length: 9 }, (_, power) => digit * 10 ** power))
  .toSorted((a, b) => a - b);

function axisCounts(_: uPlot, values: readonly number[]): string[] {
  return values.map(numberText);
}

/** The day where one begins, the time of day elsewhere. */
function axisTimes(zone: 'utc' | 'local') {
  return (_: uPlot, values: readonly number[]): string[] =>
    values.map((at) => {
      const text = timeText(textOfSeconds(at), zone);
      const [day, time] = [text.slice(5, 10), text.slice(11, 16)];
      return time === '00:00' ? day : time;
    });
}

/** A value for every bar of the range, those that are 0 too; each series on top of those below. */
function dataOf(
  series: readonly BarSeries[],
  { from, to, barSeconds }: Pick<Drawn, 'from' | 'to' | 'barSeconds'>,
): uPlot.AlignedData {
  const first = Math.floor(from / barSeconds) * barSeconds;
  const times = Array.from(
    { length: Math.max(1, Math.ceil((to - first) / barSeconds)) },
    (_, at) => first + at * barSeconds,
  );
  const stack = times.map(() => 0);
  const rows = series.map(({ bars }) => {
    const counts = new Map(bars.map(({ at, count }) => [at, count]));
    return times.map((at, place) => {
      const sum = (stack[place] ?? 0) + (counts.get(at) ?? 0);
      stack[place] = sum;
      return sum;
    });
  });
  return [times, ...rows.toReversed()];
}
