import type { CameBy, Incident } from '../../../../lambda/store/questions/incident/incident.ts';

/** What one credential, or one identity without any, did over time. */
export interface Lane {
  readonly id: string;
  readonly actor: string;
  readonly session?: string;
  readonly accessKeyId?: string;
  /** How many credentials lie between it and the first. */
  readonly depth: number;
  readonly cameBy: string;
  /** eventTime of the call that issued it. */
  readonly issuedAt?: string;
  readonly events: number;
  readonly changes?: number;
  readonly failures: number;
  readonly first: string;
  readonly last: string;
  readonly actions: readonly { readonly action: string; readonly events: number }[];
}

interface Node extends Omit<Lane, 'depth'> {
  readonly parent?: string;
}

/**
 * Who became whom: each credential below the one that it was issued with, in the order of time; identities that signed
 * with none stand for themselves.
 */
export function lanesOf(incident: Incident, nameOf: (actor: string) => string): readonly Lane[] {
  const nodes = new Map<string, Node>();
  const { credentials, issued, identities } = incident;
  for (const { accessKeyId, cameBy, ...rest } of credentials.items) {
    const { actor, session, events, failures, first, last } = rest;
    nodes.set(accessKeyId, {
      id: accessKeyId,
      accessKeyId,
      actor,
      ...(session !== undefined && { session }),
      ...parentOf(cameBy),
      cameBy: cameByText(cameBy, nameOf),
      ...{ events, failures, first, last, actions: [] },
    });
  }
  for (const { accessKeyId, by, byKey, ...rest } of issued.items) {
    const { actor = by.resource ?? 'unknown', session, events, failures, changes, first, last, actions } = rest;
    nodes.set(accessKeyId, {
      id: accessKeyId,
      accessKeyId,
      actor,
      ...(session !== undefined && { session }),
      ...(byKey !== undefined && { parent: byKey }),
      cameBy: `issued by ${nameOf(by.actor)}: ${by.action}`,
      issuedAt: by.eventTime,
      ...{ events, failures, changes, first: first ?? by.eventTime, last: last ?? by.eventTime },
      actions: actions.items,
    });
  }
  for (const {
    actor,
    session,
    credentials: own,
    events,
    failures,
    changes,
    first,
    last,
    console,
  } of identities.items) {
    if (own.total > 0) continue;
    const id = `${actor} ${session ?? ''}`;
    nodes.set(id, {
      id,
      actor,
      ...(session !== undefined && { session }),
      cameBy: console ? 'signed in to the console' : 'no access key in the log',
      ...{ events, failures, changes, first, last, actions: [] },
    });
  }
  return inTreeOrder(nodes);
}

function inTreeOrder(nodes: ReadonlyMap<string, Node>): readonly Lane[] {
  const lanes: Lane[] = [];
  const placed = new Set<string>();
  const place = ({ parent: _, ...node }: Node, depth: number): void => {
    // Credentials that name each other can't both be first.
    if (placed.has(node.id)) return;
    placed.add(node.id);
    lanes.push({ ...node, depth });
    for (const child of byTime([...nodes.values()].filter(({ parent }) => parent === node.id))) place(child, depth + 1);
  };
  const roots = [...nodes.values()].filter(({ parent }) => parent === undefined || !nodes.has(parent));
  for (const root of byTime(roots)) place(root, 0);
  for (const rest of byTime([...nodes.values()])) place(rest, 0);
  return lanes;
}

function byTime(nodes: readonly Node[]): readonly Node[] {
  return nodes.toSorted((a, b) => (a.first < b.first ? -1 : 1));
}

function parentOf({ how, steps = [] }: CameBy): { readonly parent?: string; readonly issuedAt?: string } {
  const last = steps.at(-1);
  if (how !== 'issued' || last === undefined) return {};
  const parent = last.event.accessKeyId;
  return { issuedAt: last.event.eventTime, ...(parent !== undefined && { parent }) };
}

/** How somebody came by a credential, in a few words. */
export function cameByText({ how, event, steps = [], service }: CameBy, nameOf: (actor: string) => string): string {
  switch (how) {
    case 'issued': {
      const chain = steps.map(({ event: step }) => `${nameOf(step.actor)}: ${step.action}`);
      return `by ${chain.join(' → ')}`;
    }
    case 'made':
      return event === undefined ? 'a long-term key' : `made by ${nameOf(event.actor)}: ${event.action}`;
    case 'forwarded':
      return `used for the caller by ${service ?? 'a service'}`;
    case 'unknown':
      return 'older than the log';
    case 'not-asked':
      return 'origin not looked for';
  }
}
