import pc from 'picocolors';

/** What a text means; the terminal's colours follow from it. */
export type Style = 'plain' | 'heading' | 'faint' | 'good' | 'notable' | 'warning' | 'bad' | 'critical';

/** Paints text, or leaves it as it is where colours aren't wanted. */
export type Paint = (text: string, style: Style) => string;

export function paintFor(colours: boolean): Paint {
  const { bold, dim, green, cyan, yellow, red, inverse } = pc.createColors(colours);
  const styles: Record<Style, (text: string) => string> = {
    plain: (text) => text,
    heading: bold,
    faint: dim,
    good: green,
    notable: cyan,
    warning: yellow,
    bad: red,
    critical: (text) => inverse(red(text)),
  };
  return (text, style) => styles[style](text);
}

const LEVELS: Readonly<Record<string, Style>> = {
  critical: 'critical',
  high: 'bad',
  medium: 'warning',
  low: 'notable',
  informational: 'faint',
};

export function levelStyle(level: string): Style {
  return LEVELS[level] ?? 'plain';
}

const OUTCOMES: Readonly<Record<string, Style>> = { denied: 'warning', error: 'bad' };

export function outcomeStyle(outcome: string): Style {
  return OUTCOMES[outcome] ?? 'plain';
}
