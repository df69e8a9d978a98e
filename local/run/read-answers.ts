import type { FindingQueries } from '../../lambda/store/findings/finding-query.ts';
import type { IndexedFinding } from '../../lambda/store/findings/indexed-finding.ts';
import type { EventConditions } from '../../lambda/store/questions/conditions.ts';
import type { EventQueries } from '../../lambda/store/questions/event-queries.ts';
import type { IndexedEvent } from '../../lambda/store/questions/indexed-event.ts';

/** What the index says to the three questions that a run ends with. */
export interface Answers {
  /** Who used root? */
  readonly rootUse: Found<IndexedEvent>;
  /** What touched this file system? Absent if no event names one. */
  readonly touched?: Found<IndexedEvent> & { readonly fileSystem: string };
  /** Which Envoy connections broke? */
  readonly brokenEnvoys: Found<IndexedFinding>;
}

export interface Found<Item> {
  readonly count: number;
  readonly newest: readonly Item[];
}

/** The rule about Envoys that lose their connection. */
const ENVOY_RULE = '2330b77e-9d64-429e-8ded-3ffc2907b5be';

const SHOWN = 8;

/** @param fileSystem the one to ask about; if there is none, any that an event names */
export async function readAnswers(
  events: EventQueries,
  findings: FindingQueries,
  fileSystem: string | undefined,
): Promise<Answers> {
  const asked = fileSystem ?? (await anyFileSystem(events));
  return {
    rootUse: await find(events, { actorKind: ['root'] }),
    ...(asked !== undefined && { touched: { fileSystem: asked, ...(await find(events, { resource: [asked] })) } }),
    brokenEnvoys: await take(findings.search({ conditions: { ruleId: [ENVOY_RULE] } })),
  };
}

async function find(queries: EventQueries, conditions: EventConditions): Promise<Found<IndexedEvent>> {
  const { newest } = await take(queries.search({ conditions, limit: SHOWN }));
  return { count: await queries.count({ conditions }), newest };
}

async function take<Item>(items: AsyncIterable<Item>): Promise<Found<Item>> {
  const newest: Item[] = [];
  let count = 0;
  for await (const item of items) {
    count += 1;
    if (count <= SHOWN) newest.push(item);
  }
  return { count, newest };
}

async function anyFileSystem(queries: EventQueries): Promise<string | undefined> {
  for await (const { resource } of queries.search({ conditions: { resource: ['fs-*'] }, limit: 1 })) return resource;
  return undefined;
}
