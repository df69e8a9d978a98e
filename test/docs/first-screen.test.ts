import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').split('\n');
/** What a page shows of it before one scrolls far. */
const FIRST_LINES = 60;

test.each([
  ['the fastest way to an answer', /npm run -s trailwarden -- scan /],
  ['how long a million events take', /A million events take about\s+\S+ minutes/],
  ['that alerts go to Slack', /\[Slack[^\]]*\]\(docs\/alerts\.md/],
])('the first lines of the README say %s', (_what, said) => {
  expect(README.slice(0, FIRST_LINES).join('\n')).toMatch(said);
});
