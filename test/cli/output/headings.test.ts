import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../../cli');

interface Heading {
  readonly file: string;
  /** What the column reads of a row: `actor, account`. */
  readonly fields: string;
  readonly heading: string;
}

const PART = /title: (?:'([^']*)'|`([^`]*)`),\s*(?:is\w+: true,\s*)*text: \(\{ ([^}]*) \}(?:: [^)]*)?\) =>/g;
/** The first column of an incident's part has the name of the part: a screen has no room for both. */
const FIRST_OF_PART = /(section\(\s*'[^']*',\s*\[\s*\{) title: '[^']*'/g;

/** Every column of a table that says what it reads of a row. */
function headings(): readonly Heading[] {
  return readdirSync(CLI, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(CLI, file), 'utf8').replaceAll(FIRST_OF_PART, '$1');
      return [...source.matchAll(PART)].map(([, quoted, template, fields = '']) => ({
        file,
        // Neither defaults nor names of its own, nor the zone.
        fields: fields.replaceAll(/ = '[^']*'|: \w+/g, ''),
        heading: (quoted ?? template ?? '').replace(/ \(.*/, ''),
      }));
    });
}

/** What one row tells in two columns, or what its name alone doesn't tell. */
const SEVERAL: Readonly<Record<string, readonly string[]>> = {
  eventTime: ['Ago', 'Time'],
  // A bar beside the number; what was done so often.
  count: ['', 'Times'],
  // How many somebody has, and how often something was done.
  events: ['Events', 'Times'],
  // Of a list the number and the names; of one event its parts.
  objects: ['Objects', 'What'],
  by: ['At', 'Issued by'],
  event: ['Action', 'Event', 'When'],
  actions: ['Actions', 'Did', 'Resources', 'With whom'],
  // One of them, and all.
  resources: ['Resource', 'Resources'],
};

/** The same by other names: rows come from rules, events, incidents and records of the log. */
const SAME: readonly (readonly string[])[] = [
  ['ruleId', 'id'],
  ['failureCount', 'failures'],
  ['account, region', 'account, accountName, region', 'account, accountName, awsRegion', 'account'],
  ['actor, account', 'actor, actorKind'],
];

describe('the columns of all tables', () => {
  const all = headings();
  const of = (fields: string) =>
    [...new Set(all.filter((it) => it.fields === fields).map(({ heading }) => heading))].toSorted();

  test('are found', () => {
    expect(all.length).toBeGreaterThan(60);
    expect(of('alertId')).toEqual(['Alert']);
    for (const fields of [...Object.keys(SEVERAL), ...SAME.flat()]) expect(of(fields)).not.toEqual([]);
  });

  test.each([...new Set(all.map(({ fields }) => fields))])('have one heading for %s everywhere', (fields) => {
    const found = of(fields);
    expect(found).toEqual(SEVERAL[fields] ?? found.slice(0, 1));
  });

  test.each(SAME.map((names) => [names]))('have one heading for %j', (names) => {
    expect(new Set(names.flatMap(of)).size).toBe(1);
  });

  test('begin with a capital', () => {
    expect(all.filter(({ heading }) => /^[a-z]/.test(heading))).toEqual([]);
  });
});
