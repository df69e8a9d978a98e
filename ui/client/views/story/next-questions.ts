import { FILTER_NAMES } from '../../../protocol/bounds.ts';

/**
 * The address of the page that asks what a command asks; undefined where no view does.
 * @param args as the incident's questions have them.
 */
export function pathOfCommand(args: readonly string[]): string | undefined {
  const [command, ...rest] = args;
  const options = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (word.startsWith('--')) options.set(word.slice(2), rest[++at] ?? '');
    else words.push(word);
  }
  const [subject] = words;
  const times = timesOf(options);
  if (command === 'incident' && subject !== undefined) return pathOf('/story', { of: subject, ...times });
  if (command === 'trace' && subject !== undefined) return pathOf('/story', { of: subject });
  if (command === 'timeline' && subject !== undefined) return pathOf('/story', { of: subject, as: 'resource' });
  if (command === 'event' && subject !== undefined) return pathOf('/explore', { event: subject });
  if (command === 'findings') {
    const rule = options.get('rule');
    return pathOf('/findings', { last: '30d', ...(rule !== undefined && { rule }) });
  }
  if (command !== 'events') return undefined;
  const filters = FILTER_NAMES.flatMap((name) => {
    const value = options.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return pathOf('/explore', {
    ...(times.since === undefined ? { last: '30d' } : times),
    ...Object.fromEntries(filters),
  });
}

function pathOf(path: string, parameters: Readonly<Record<string, string>>): string {
  return `${path}?${new URLSearchParams(parameters)}`;
}

function timesOf(options: ReadonlyMap<string, string>): { readonly since?: string; readonly until?: string } {
  const since = options.get('since');
  const until = options.get('until');
  const isWhole = [since, until].every((time) => time !== undefined && /^\d{4}-\d\d-\d\dT.*Z$/.test(time));
  return isWhole && since !== undefined && until !== undefined ? { since, until } : {};
}
