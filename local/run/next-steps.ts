import type { Screen } from './screen.ts';

/** Says what a person may do after a run. */
export function showNextSteps(
  screen: Screen,
  { data, isSample, since }: { readonly data?: string; readonly isSample: boolean; readonly since?: string },
): void {
  const local = data === undefined ? '--local' : `--local --data ${data}`;
  screen.heading('What to try next');
  screen.table(
    ['command', 'what it does'],
    [
      ...(isSample ? [['npm start -- PATH…', 'the same with your own CloudTrail files and folders']] : []),
      ...(data === undefined
        ? [['npm start -- --data .trailwarden/data PATH…', 'keeps the tables for the next run']]
        : []),
      [`npm run trailwarden -- findings ${local}`, 'every finding'],
      [`npm run trailwarden -- events ${local} --action 'fsx:*'`, 'events by action, resource, actor, address…'],
      [`npm run trailwarden -- status ${local}${sinceOption(since)}`, 'what was delivered, processed, verified'],
      ['npm start -- --serve', 'stays up: aws s3 cp into the bucket is processed as it lands'],
    ],
  );
}

const DAY_MILLISECONDS = 86_400_000;

/** For digests that cover older hours than status shows by default. */
function sinceOption(since: string | undefined): string {
  const isRecent = since === undefined || Date.now() - Date.parse(since) < DAY_MILLISECONDS;
  return isRecent ? '' : ` --since ${since.slice(0, 10)}`;
}
