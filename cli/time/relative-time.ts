const STEPS = [
  { unit: 'year', seconds: 31_557_600 },
  { unit: 'month', seconds: 2_629_800 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
] as const;

/** Made when a time is shown: it takes longer than most of what starts with a command. */
let words: Intl.RelativeTimeFormat | undefined;

/** `22 hr. ago`, `in 3 days`: in whole units of the largest kind that fits. */
export function relativeTime(time: Date, now: Date): string {
  words ??= new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' });
  const seconds = (time.getTime() - now.getTime()) / 1000;
  for (const step of STEPS) {
    if (Math.abs(seconds) >= step.seconds) return words.format(Math.trunc(seconds / step.seconds), step.unit);
  }
  return words.format(Math.trunc(seconds), 'second');
}
