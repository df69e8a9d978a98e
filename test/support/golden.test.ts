import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectGolden, UPDATE_VARIABLE } from './golden.ts';

const before = process.env[UPDATE_VARIABLE];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trailwarden-golden-'));
  delete process.env[UPDATE_VARIABLE];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before !== undefined) process.env[UPDATE_VARIABLE] = before;
});

test('a golden file that differs by a character fails the test', () => {
  writeFileSync(join(folder, 'a.txt'), 'text\n');
  expect(() => expectGolden(join(folder, 'a.txt'), 'text\n')).not.toThrow();
  expect(() => expectGolden(join(folder, 'a.txt'), 'Text\n')).toThrow('a.txt');
});

test('a golden file that is not there is not made in silence', () => {
  expect(() => expectGolden(join(folder, 'none.txt'), 'text')).toThrow('none.txt');
});

test('UPDATE_GOLDEN has it written, with its folder', () => {
  process.env[UPDATE_VARIABLE] = '1';
  expectGolden(join(folder, 'new/a.txt'), 'text\n');
  delete process.env[UPDATE_VARIABLE];
  expect(readFileSync(join(folder, 'new/a.txt'), 'utf8')).toBe('text\n');
});
