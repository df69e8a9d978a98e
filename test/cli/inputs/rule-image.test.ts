import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../../cli/inputs/cache-folder.ts';
import { RuleImages } from '../../../cli/inputs/rule-image.ts';
import { type ParsedRules, parseRules } from '../../../lambda/detection/index.ts';
import { ruleOf } from '../../detection/support.ts';

const SOURCE = { file: 'rules/a.yml', text: ruleOf('{ selection: { eventName: CreateUser }, condition: selection }') };
const WRONG = { file: 'rules/b.yml', text: 'title: no detection' };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Loads rules, and tells how often they were parsed. */
async function load(sources: readonly { file: string; text: string }[], where = folder) {
  let parsings = 0;
  const rules = await new RuleImages(where).load({ files: sources }, async (): Promise<ParsedRules> => {
    parsings++;
    return parseRules(sources);
  });
  return { parsings, rules };
}

const images = () => readdirSync(folder).map((name) => join(folder, name));

test('rules are parsed once, and are the same the next time, with their problems', async () => {
  const first = await load([SOURCE, WRONG]);
  const second = await load([SOURCE, WRONG]);
  expect([first.parsings, second.parsings]).toEqual([1, 0]);
  expect(second.rules).toEqual(parseRules([SOURCE, WRONG]));
  expect(second.rules.problems).not.toEqual([]);
});

test('another text, or another name of a file, is parsed', async () => {
  await load([SOURCE]);
  expect((await load([{ ...SOURCE, text: SOURCE.text.replace('CreateUser', 'DeleteUser') }])).parsings).toBe(1);
  expect((await load([{ ...SOURCE, file: 'rules/c.yml' }])).parsings).toBe(1);
});

test.each<[string, (file: string) => void]>([
  ['is empty', (file) => truncateSync(file, 0)],
  ['was cut', (file) => truncateSync(file, readFileSync(file).length - 5)],
  ['holds something else', (file) => writeFileSync(file, 'x'.repeat(500))],
])('an image that %s is made again', async (_, damage) => {
  await load([SOURCE]);
  for (const file of images()) damage(file);
  const again = await load([SOURCE]);
  expect(again).toEqual({ parsings: 1, rules: parseRules([SOURCE]) });
  expect((await load([SOURCE])).parsings).toBe(0);
});

test('where nothing can be written rules are parsed each time', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const _ of [1, 2]) expect(await load([SOURCE], file)).toEqual({ parsings: 1, rules: parseRules([SOURCE]) });
});

test('the images of rules that changed often don’t fill the disk', async () => {
  for (let version = 0; version < 12; version++) await load([{ ...SOURCE, file: `rules/${version}.yml` }]);
  expect(images().length).toBeLessThanOrEqual(8);
  expect((await load([{ ...SOURCE, file: 'rules/11.yml' }])).parsings).toBe(0);
});

test.each([
  ['XDG_CACHE_HOME, where it is set', { XDG_CACHE_HOME: '/c', HOME: '/home/ada' }, '/c/trailwarden'],
  ['.cache of the home folder', { HOME: '/home/ada' }, '/home/ada/.cache/trailwarden'],
  [
    '.cache, where XDG_CACHE_HOME is no absolute path',
    { XDG_CACHE_HOME: 'c', HOME: '/home/ada' },
    '/home/ada/.cache/trailwarden',
  ],
  ['nowhere without a home folder', {}, undefined],
])('the cache is in %s', (_, env, expected) => {
  expect(cacheFolder(env)).toBe(expected);
});
