import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  arrowsBetween,
  circlesOf,
  folderOf,
  importsOf,
  readSourceFiles,
  roomOf,
  type SourceFile,
} from '../../../scripts/docs/import-graph.ts';
import { reportOnRooms } from '../../../scripts/docs/rooms.ts';
import { withSection } from '../../../scripts/docs/section.ts';

const ROOT = join(__dirname, '../../..');

const files = (imports: Readonly<Record<string, readonly string[]>>): readonly SourceFile[] =>
  Object.entries(imports).map(([path, targets]) => ({ path, imports: targets }));

describe('the rooms of this project', () => {
  const report = reportOnRooms(readSourceFiles(ROOT));

  test('use each other in no circle, and each says what it is for', () => {
    expect(report.faults).toEqual([]);
  });

  test('are drawn in docs/architecture.md as they are today', () => {
    const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    expect(withSection(page, 'rooms', report.section)).toBe(page);
  });
});

describe('what a module imports', () => {
  test.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import type { A } from '../a.ts';", ['../a.ts']],
    ["import {\n  a,\n  b,\n} from './list.ts';", ['./list.ts']],
    ["export { a } from './again.ts';", ['./again.ts']],
    ["export * from './all.ts';", ['./all.ts']],
    ["import './effect.ts';", ['./effect.ts']],
    ["const { a } = await import('./later.ts');", ['./later.ts']],
    ["import { join } from 'node:path';\nimport { a } from './a.ts';", ['./a.ts']],
    ["import { z } from 'zod';", []],
  ])('is read from %p', (text, expected) => {
    expect(importsOf(text)).toEqual(expected);
  });
});

describe('circles', () => {
  test('are found between folders, however long they are, and whatever else the folders use', () => {
    const arrows = arrowsBetween(
      files({
        'a/x.ts': ['b/x.ts', 'd/x.ts'],
        'b/x.ts': ['c/x.ts'],
        'c/x.ts': ['a/y.ts'],
        'd/x.ts': [],
        'e/x.ts': ['a/x.ts'],
      }),
      folderOf,
    );
    expect(circlesOf(arrows)).toEqual([['a', 'b', 'c']]);
  });

  test('fail the report between rooms, though each room alone may be excepted', () => {
    const both = files({
      'lambda/alerts/a.ts': ['lambda/findings/f.ts'],
      'lambda/findings/f.ts': ['lambda/alerts/a.ts'],
    });
    const { faults } = reportOnRooms(both, ['lambda/alerts', 'lambda/findings']);
    expect(faults).toContain('these use each other in a circle: lambda/alerts, lambda/findings');
  });

  test('fail the report between folders of a room, unless the room is excepted', () => {
    const own = files({ 'cli/a.ts': ['cli/output/o.ts'], 'cli/output/o.ts': ['cli/a.ts'] });
    expect(reportOnRooms(own, []).faults).toEqual(['these use each other in a circle: cli, cli/output']);
    expect(reportOnRooms(own, ['cli'])).toMatchObject({ faults: [], remarks: [] });
  });

  test('that are gone leave no exception behind unnoticed', () => {
    expect(reportOnRooms(files({ 'cli/a.ts': [] }), ['cli']).remarks).toEqual([
      expect.stringContaining('cli has no circle'),
    ]);
  });
});

test('rooms below lambda are two names deep, and all others one', () => {
  expect(['lambda/store/questions/a.ts', 'lambda/a.ts', 'cli/rules/a.ts', 'bin/app.ts'].map(roomOf)).toEqual([
    'lambda/store',
    'lambda',
    'cli',
    'bin',
  ]);
});

test('a room that nobody has described fails the report', () => {
  expect(reportOnRooms(files({ 'lambda/unheard/a.ts': [] }), []).faults).toEqual([
    expect.stringContaining('lambda/unheard'),
  ]);
});

test('a folder of more than fifteen files is told of', () => {
  const many = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`cli/file-${index}.ts`, []]));
  expect(reportOnRooms(files(many), []).remarks).toEqual(['cli has 16 files, more than 15']);
});

test('an arrow is drawn once where a longer way leads there too', () => {
  const { section } = reportOnRooms(
    files({ 'cli/a.ts': ['local/b.ts', 'rules/c.ts'], 'local/b.ts': ['rules/c.ts'], 'rules/c.ts': [] }),
    [],
  );
  expect(section).toContain('cli --> local');
  expect(section).not.toContain('cli --> rules');
  expect(section).toContain('| `cli` | the command line: a file a command | local, rules |');
});

test('a page without the marks of a section is not written over', () => {
  expect(() => withSection('# Page', 'rooms', 'text')).toThrow('<!-- rooms: begin -->');
  const page = '<!-- rooms: begin -->\nold\n<!-- rooms: end -->\nafter';
  expect(withSection(page, 'rooms', 'new')).toBe('<!-- rooms: begin -->\nnew\n<!-- rooms: end -->\nafter');
});
