import { GUARDS } from './grid-of-guards.ts';
import { WORKLOADS } from './grid-of-workloads.ts';
import { type GridService, KINDS, type Kind } from './grid-services.ts';
import { ruleLink, table } from './markdown.ts';
import type { PackRule } from './pack.ts';

/** A square: the rules about a service and a kind, or the reason for none. */
export interface GridSquare {
  readonly service: string;
  readonly kind: Kind;
  readonly rules: readonly PackRule[];
  /** Where there are no rules; undefined if nobody has given one. */
  readonly reason?: string;
}

const ALL_KINDS = Object.keys(KINDS) as readonly Kind[]; // the keys of an object are typed as text

/** Services by kinds of harm. A rule is in a square by its tag, and by a service whose calls it looks at. */
export function gridSquares(
  rules: readonly PackRule[],
  services: readonly GridService[] = [...GUARDS, ...WORKLOADS],
): readonly GridSquare[] {
  return services.flatMap(({ name, sources, reasons = {} }) =>
    ALL_KINDS.map((kind) => {
      const found = rules.filter(
        ({ finding, tags, actions }) =>
          finding && tags.includes(kind) && actions.some((action) => sources.includes(action.split(':')[0] ?? '')),
      );
      const reason = reasons[kind];
      return { service: name, kind, rules: found, ...(found.length === 0 && reason !== undefined && { reason }) };
    }),
  );
}

/** The grid as a table. @throws Error for a square without a rule and without a reason. */
export function rulesGrid(rules: readonly PackRule[]): string {
  const squares = gridSquares(rules);
  const empty = squares.find((square) => square.rules.length === 0 && square.reason === undefined);
  if (empty !== undefined) {
    throw new Error(
      `${empty.service} has no rule tagged ${empty.kind}: write one, or say in scripts/docs/grid-of-*.ts why none is needed`,
    );
  }
  const names = [...new Set(squares.map(({ service }) => service))];
  return table(
    ['service', ...Object.values(KINDS)],
    names.map((name) => [name, ...squares.filter(({ service }) => service === name).map(squareText)]),
  );
}

function squareText({ rules, reason }: GridSquare): string {
  return rules.length > 0 ? rules.map(({ title }) => ruleLink(title)).join('<br>') : `*none: ${reason}*`;
}
