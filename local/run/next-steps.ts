import { shellWord } from '../../lambda/shared/shell-word.ts';
import type { Screen } from './screen.ts';

export interface NextSteps {
  /** The folder, if one was named. */
  readonly data?: string;
  readonly isSample: boolean;
  /** The hour from which digests cover. */
  readonly since?: string;
  /** What most findings are about: an address or a resource. */
  readonly suspect?: string;
}

/** Says what a person may do after a run. */
export function showNextSteps(screen: Screen, { data, isSample, since, suspect }: NextSteps): void {
  const local = data === undefined ? '--local' : `--data ${shellWord(data)}`;
  screen.heading('What to try next');
  const trailwarden = 'npm run -s trailwarden --';
  for (const line of [
    ...(suspect === undefined ? [] : [`${trailwarden} incident ${shellWord(suspect)} ${local}`]),
    `${trailwarden} ui ${local}`,
    `${trailwarden} findings ${local}`,
    `${trailwarden} status ${local}${sinceOption(since)}`,
    isSample ? 'npm start -- PATH…          your own files and folders' : 'npm start -- --fresh PATH…  starts anew',
  ]) {
    screen.line(`  ${line}`);
  }
}

const DAY_MILLISECONDS = 86_400_000;

/** For digests that cover older hours than status shows by default. */
function sinceOption(since: string | undefined): string {
  const isRecent = since === undefined || Date.now() - Date.parse(since) < DAY_MILLISECONDS;
  return isRecent ? '' : ` --since ${since.slice(0, 10)}`;
}
