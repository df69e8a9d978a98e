import { useMemo, useState } from 'preact/hooks';
import { counted } from '../text/number-text.ts';

interface JsonTextProps {
  readonly text: string;
  /** Dotted names of members that a rule matched. */
  readonly matched: ReadonlySet<string>;
}

/** A record with a search: lines that match are marked, and so are the members that a rule matched. */
export function JsonText({ text, matched }: JsonTextProps) {
  const [sought, setSought] = useState('');
  const lines = useMemo(() => withPaths(text), [text]);
  const needle = sought.toLowerCase();
  const found = needle === '' ? 0 : lines.filter(({ line }) => line.toLowerCase().includes(needle)).length;
  return (
    <div class="json">
      <label class="json-search">
        <span class="hidden">Search the record</span>
        <input
          type="search"
          placeholder="Search the record"
          value={sought}
          onInput={({ currentTarget }) => setSought(currentTarget.value)}
        />
        <span role="status">{needle === '' ? '' : counted(found, 'line')}</span>
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keyboard */}
      <section class="scrolling" tabIndex={0} aria-label="Record">
        <pre>
          {lines.map(({ line, path, number }) => (
            <span
              key={number}
              class={[
                'line',
                matched.has(path) ? 'matched' : '',
                needle !== '' && line.toLowerCase().includes(needle) ? 'found' : '',
              ].join(' ')}
            >
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
      </section>
    </div>
  );
}

interface JsonLine {
  readonly line: string;
  readonly number: number;
  /** The names of the members that the line is within, joined by dots. */
  readonly path: string;
}

/** The text is laid out with two blanks a level, and a member a line. */
function withPaths(text: string): readonly JsonLine[] {
  const names: string[] = [];
  return text.split('\n').map((line, number) => {
    const depth = Math.max(0, (line.length - line.trimStart().length) / 2 - 1);
    const name = /^\s*"((?:[^"\\]|\\.)*)":/.exec(line)?.[1];
    names.length = depth;
    if (name !== undefined) names[depth] = name;
    return { line, number, path: names.filter((one) => one !== undefined).join('.') };
  });
}
