import { type Arrows, arrowsBetween, circlesOf, folderOf, roomOf, type SourceFile } from './import-graph.ts';
import { table } from './markdown.ts';

/** What each room knows. Those that have no files are left out of the page, and one with files must be here. */
const ROOMS: Readonly<Record<string, string>> = {
  bin: 'the two programs: the CDK app, and the command line',
  lib: 'what is deployed: one construct or stack a file',
  cli: 'the command line: a file a command',
  ui: 'the page and its server on loopback',
  local: 'the embedded AWS, with the same handlers over it',
  library: 'what the npm package exports',
  rules: 'the default pack, with the placeholders that its rules read',
  'lambda/ingest': 'a function: reads log objects; indexes, judges and alerts',
  'lambda/pack': 'a function: makes segments of pages',
  'lambda/verify': 'a function: checks log objects by their digests',
  'lambda/sweep': 'a function: does what other functions left behind, and what only time can decide',
  'lambda/notify': 'a function: sends alerts to webhooks, chats, pagers and buses',
  'lambda/backfill': 'a function: reads objects that were there before the deployment',
  'lambda/runtime': "what the functions share: their environment, the rule set's file, the wiring of alerts",
  'lambda/sources': 'buckets that trails write to already: their clients, roles and notifications',
  'lambda/cloudtrail': 'what CloudTrail is: keys, log objects, records, classification, digests. Pure',
  'lambda/directory': 'what a deployment knows beside its records: networks, countries and carriers of addresses',
  'lambda/detection': 'Sigma: parse, compile, match, correlate. Pure',
  'lambda/findings': 'what a finding is: of a rule about an event, or of a check about the log',
  'lambda/ocsf': 'events and findings in the form of OCSF. Pure',
  'lambda/alerts': 'findings to messages, messages to channels',
  'lambda/store': 'the tables: schema, rows, writers, questions. Nothing else reads or writes them',
  'lambda/shared': 'what belongs to no subject: JSON, printable text, concurrency, backoff, faults, names of metrics',
};

/** Rooms whose own folders still go in circles. A circle between rooms, or in any other room, is a fault. */
const ROOMS_WITH_CIRCLES: readonly string[] = [];

/** A folder with more files than this is hard to find one's way in. */
const MANY_FILES = 15;

export interface RoomReport {
  /** The section for docs/architecture.md, in Markdown. */
  readonly section: string;
  /** What must be mended. */
  readonly faults: readonly string[];
  /** What is worth knowing: crowded folders, and exceptions that nobody needs any more. */
  readonly remarks: readonly string[];
}

/** Draws the rooms and their arrows, and looks for circles and crowded folders. */
export function reportOnRooms(files: readonly SourceFile[], excepted = ROOMS_WITH_CIRCLES): RoomReport {
  const arrows = arrowsBetween(files, roomOf);
  const unknown = [...arrows.keys()].filter((room) => ROOMS[room] === undefined);
  const roomCircles = circlesOf(arrows);
  const folderCircles = circlesOf(arrowsBetween(files, folderOf));
  const inOneRoom = (circle: readonly string[], room: string): boolean =>
    circle.every((folder) => roomOf(`${folder}/x`) === room);
  const isExcepted = (circle: readonly string[]): boolean => excepted.some((room) => inOneRoom(circle, room));
  return {
    section: sectionOf(arrows),
    faults: [
      ...unknown.map((room) => `${room} has no line in scripts/docs/rooms.ts that says what it knows`),
      ...[...roomCircles, ...folderCircles.filter((circle) => !isExcepted(circle))].map(
        (circle) => `these use each other in a circle: ${circle.join(', ')}`,
      ),
    ],
    remarks: [
      ...crowded(files),
      ...excepted
        .filter((room) => !folderCircles.some((circle) => inOneRoom(circle, room)))
        .map((room) => `${room} has no circle any more: take it out of ROOMS_WITH_CIRCLES`),
    ],
  };
}

function sectionOf(arrows: Arrows): string {
  const rooms = Object.keys(ROOMS).filter((room) => arrows.has(room));
  const id = (room: string): string => room.replaceAll('/', '_');
  const drawn = rooms.flatMap((room) => withoutDetours(room, arrows).map((to) => `  ${id(room)} --> ${id(to)}`));
  return [
    table(
      ['room', 'what it is for', 'what it uses'],
      rooms.map((room) => [`\`${room}\``, ROOMS[room] ?? '', shortNames(arrows.get(room))]),
    ),
    '',
    'An arrow leads to the room that is used; where a room is reached through another, only the longer way is drawn.',
    '',
    '```mermaid',
    'flowchart TD',
    ...rooms.map((room) => `  ${id(room)}["${room}"]`),
    ...drawn,
    '```',
  ].join('\n');
}

/** Names without `lambda/`, which most of the rooms that are used stand in. */
function shortNames(rooms: Iterable<string> = []): string {
  return [...rooms]
    .map((room) => room.replace('lambda/', ''))
    .toSorted()
    .join(', ');
}

/** The rooms that a room uses, without those that it reaches through another one as well. */
function withoutDetours(room: string, arrows: Arrows): readonly string[] {
  const direct = [...(arrows.get(room) ?? [])].toSorted();
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(arrows.get(from) ?? [])].some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  return direct.filter((to) => !direct.some((between) => between !== to && reaches(between, to)));
}

function crowded(files: readonly SourceFile[]): readonly string[] {
  const folders = Map.groupBy(files, ({ path }) => folderOf(path));
  return [...folders]
    .filter(([, { length }]) => length > MANY_FILES)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([folder, { length }]) => `${folder} has ${length} files, more than ${MANY_FILES}`);
}
