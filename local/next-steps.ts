import type { Screen } from './screen.ts';

/** Says what a person may do after a run. */
export function showNextSteps(
  screen: Screen,
  { data, isSample }: { readonly data?: string; readonly isSample: boolean },
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
      ['npm start -- --serve', 'stays up: aws s3 cp into the bucket is processed as it lands'],
    ],
  );
}
