import { createColors } from 'picocolors';
import { redact } from '../../../lambda/cloudtrail/record/secrets.ts';
import type { ExplainNode } from '../../../lambda/detection/index.ts';
import { printable } from '../../../lambda/shared/printable.ts';

/** Values of the event, or of the rule, that a line shows. */
const MAX_SHOWN = 5;
const MAX_VALUE = 120;

/** Draws why a rule matched or didn't, a line a part: its verdict, what it asks, and what the event has. */
export function drawExplanation(node: ExplainNode, colours: boolean): string {
  const paint = createColors(colours);
  const mark = ({ verdict }: ExplainNode): string => (verdict ? paint.green('✓') : paint.red('✗'));
  const draw = (inner: ExplainNode, first: string, rest: string): string[] => {
    const children = inner.children ?? [];
    return [
      `${first}${mark(inner)} ${describe(inner)}`,
      ...children.flatMap((child, index) =>
        index === children.length - 1
          ? draw(child, `${rest}└─ `, `${rest}   `)
          : draw(child, `${rest}├─ `, `${rest}│  `),
      ),
    ];
  };
  return draw(node, '', '').join('\n');
}

/** The explanation as JSON, with secrets masked. */
export function maskedExplanation(node: ExplainNode): ExplainNode {
  const { values, children } = node;
  return {
    ...node,
    ...(values !== undefined && { values: values.map((value) => redact(value, fieldOf(node))) }),
    ...(children !== undefined && { children: children.map(maskedExplanation) }),
  };
}

function describe(node: ExplainNode): string {
  const { kind, label, patterns } = node;
  if (kind === 'filter') return `filter: ${printable(label)}`;
  const asked = patterns === undefined ? '' : `: ${shown(patterns)}`;
  return `${printable(label)}${asked}${heldBy(node)}`;
}

function heldBy(node: ExplainNode): string {
  const { kind, values } = node;
  if (values === undefined) return '';
  if (kind === 'members') return `  (${values.length} in the event)`;
  if (values.length === 0) return '  (not in the event)';
  return `  (event: ${shown(values.map((value) => JSON.stringify(redact(value, fieldOf(node)))))})`;
}

function fieldOf({ label }: ExplainNode): string {
  return label.split('|')[0] ?? label;
}

function shown(texts: readonly string[]): string {
  const first = texts.slice(0, MAX_SHOWN).map((text) => printable(text, MAX_VALUE));
  return [...first, ...(texts.length > MAX_SHOWN ? [`… ${texts.length - MAX_SHOWN} more`] : [])].join(', ');
}
