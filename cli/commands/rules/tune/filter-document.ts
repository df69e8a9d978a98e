import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { DetectionRule } from '../../../../lambda/detection/language/rule-set.ts';
import type { FilterField } from './known-values.ts';
import type { Evidence } from './read-evidence.ts';

/** What a filter leaves out: calls that have all of these values. At least two fields, so that it stays narrow. */
export interface Selection {
  readonly actor: string;
  readonly fields: readonly FilterField[];
  /** The findings marked as false that it was made from. */
  readonly from: readonly Evidence[];
}

/** Marks that a filter names, for whoever asks later why it is there. */
const MAX_NAMED = 20;

/** A filter of specification v2 that narrows one rule, as YAML: a file that `scan` and a deployment load. */
export function filterDocument(
  { metadata, logsource }: DetectionRule,
  selections: readonly Selection[],
  day: string,
): string {
  const named = selections.map(({ fields }, i) => [`known_${i + 1}`, selectionOf(fields)] as const);
  const from = selections.flatMap((selection) => selection.from);
  const reasons = from
    .slice(0, MAX_NAMED)
    .map(
      ({ findingId, mark }) =>
        `${findingId}: ${mark?.reason ?? ''} (${mark?.by ?? ''}, ${mark?.at.slice(0, 10) ?? ''})`,
    );
  const more = from.length > MAX_NAMED ? [`and ${from.length - MAX_NAMED} more`] : [];
  const document = {
    title: `Known to be harmless: ${metadata.title}`.slice(0, 256),
    id: idOf(metadata.id, selections),
    status: 'experimental',
    description: `Made from findings that were marked as false:\n${[...reasons, ...more].join('\n')}\n`,
    date: day,
    logsource,
    filter: {
      rules: [metadata.id],
      ...Object.fromEntries(named),
      condition: named.length === 1 ? 'not known_1' : 'not 1 of known_*',
    },
  };
  return stringify(document, { lineWidth: 0 });
}

function selectionOf(fields: readonly FilterField[]): Record<string, unknown> {
  return Object.fromEntries(fields.map(({ field, values }) => [field, values.length === 1 ? values[0] : values]));
}

/** The same for the same content, in the form of a UUID of version 8. */
function idOf(ruleId: string, selections: readonly Selection[]): string {
  const content = JSON.stringify([ruleId, selections.map(({ fields }) => fields)]);
  const hex = createHash('sha256').update(content).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
