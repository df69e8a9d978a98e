const LEVELS = ['critical', 'high', 'medium', 'low'];

/** A level: always a word, with its colour beside it. */
export function Level({ level }: { readonly level: string }) {
  return <span class={`level ${LEVELS.includes(level) ? level : 'informational'}`}>{level}</span>;
}
