import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { coveragePage } from '../../../scripts/docs/coverage-page.ts';
import { anchor, table } from '../../../scripts/docs/markdown.ts';
import { readPack } from '../../../scripts/docs/pack.ts';
import { rulesPage } from '../../../scripts/docs/rules-page.ts';

const docs = (name: string) => readFileSync(join(__dirname, '../../../docs', name), 'utf8');
const pack = readPack();
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'trailwarden-docs-'));
  folders.push(made);
  return made;
}

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

const stopped = {
  eventVersion: '1.11',
  eventID: '0c0ffee0-0000-4000-8000-000000000003',
  eventTime: '2026-11-18T10:00:00Z',
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: 'StopLogging',
  awsRegion: 'eu-central-1',
  recipientAccountId: '210987654321',
  userIdentity: { type: 'IAMUser', userName: 'dana', accountId: '210987654321' },
  requestParameters: { name: 'main' },
};

describe('docs/rules.md', () => {
  test('is what the pack says today', () => {
    expect(docs('rules.md')).toBe(rulesPage(pack.rules));
  });

  test('refuses a rule in a folder without a heading', () => {
    const [rule] = pack.rules;
    expect(() => rulesPage(rule === undefined ? [] : [{ ...rule, path: 'elsewhere/rule' }])).toThrow(
      'elsewhere/rule.yml',
    );
  });
});

describe.each(['coverage.md', 'comparison-panther.md'])('docs/%s', (name) => {
  test('links to rules that are there', () => {
    const anchors = new Set(pack.rules.filter(({ finding }) => finding).map(({ title }) => anchor(title)));
    const linked = [...docs(name).matchAll(/\(rules\.md#([^)]*)\)/g)].map(([, target]) => target ?? '');
    expect(linked.length).toBeGreaterThan(30);
    expect(linked.filter((target) => !anchors.has(target))).toEqual([]);
  });
});

describe('the page of coverage', () => {
  test('names for each technique a rule of medium or above', () => {
    const rows = docs('coverage.md')
      .split('\n')
      .filter((line) => line.startsWith('| `aws.'));
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !/(medium|high|critical): \[/.test(row))).toEqual([]);
  });

  test('has the levels that the rules have today', () => {
    const levels = new Map(pack.rules.map(({ title, level }) => [anchor(title), level]));
    const shown = [...docs('coverage.md').matchAll(/(\w+): \[[^\]]*\]\(rules\.md#([^)]*)\)/g)];
    expect(shown.filter(([, level, target]) => levels.get(target ?? '') !== level)).toEqual([]);
  });

  test('names the findings of medium or above of each log object, and says where there is none', () => {
    const made = folder();
    const write = (name: string, Records: object[]) =>
      writeFileSync(join(made, `${name}.json.gz`), gzipSync(JSON.stringify({ Records })));
    write('aws.stop', [stopped]);
    write('aws.nothing', [{ ...stopped, eventName: 'DescribeTrails' }]);

    const page = coveragePage(pack, made);

    expect(page).toContain(
      '| `aws.stop` | high: [CloudTrail logging stopped](rules.md#cloudtrail-logging-stopped) | T1685.002 |',
    );
    expect(page).toContain('| `aws.nothing` | none |  |');
    expect(page).toContain('For 1 of 2 it makes');
  });
});

describe('a table in Markdown', () => {
  test('keeps a bar within its cell', () => {
    expect(table(['a'], [['x|y']])).toBe('| a |\n| --- |\n| x\\|y |');
  });
});
