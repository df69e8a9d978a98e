import { createHash } from 'node:crypto';
import { incidentReport, type ReportContent } from '../../../ui/report/incident-report.ts';
import { HOSTILE } from '../support/hostile-text.ts';

const CONTENT: ReportContent = {
  title: 'Incident of access key AKIAIOSFODNN7EXAMPLE',
  summary: ['37 events, 7 of them changes'],
  sections: [
    {
      title: 'From where',
      columns: [{ title: 'From where' }, { title: 'Events' }],
      rows: [['198.51.100.66', '1,037']],
      more: 3,
      moreAtLeast: true,
      nothing: 'Nowhere.',
    },
    {
      title: 'What was denied',
      columns: [{ title: 'Action' }],
      rows: [],
      more: 0,
      moreAtLeast: false,
      nothing: 'Nothing.',
    },
  ],
  leftOut: ['Findings are not told whole.'],
  pins: [
    { kind: 'event', id: 'e-1', time: '2026-11-20T14:03:07Z', title: 'iam:CreateAccessKey', note: 'The way\nback' },
  ],
  next: [{ question: 'Who else came from there?', command: 'trailwarden events --address 198.51.100.66' }],
  command: 'trailwarden incident AKIAIOSFODNN7EXAMPLE',
  made: '2026-11-26T09:00:00.000Z',
  deployment: 'trailwarden',
};

const hostile = <Value>(value: Value): Value => {
  if (typeof value === 'string') return HOSTILE as Value & string;
  if (Array.isArray(value)) return value.map(hostile) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, hostile(of)])) as Value;
};

test('a report has each part, what is left out of it, the pins, and the questions that follow', () => {
  const html = incidentReport(CONTENT);
  for (const part of [
    '<h1>Incident of access key AKIAIOSFODNN7EXAMPLE</h1>',
    '<tr><td>198.51.100.66</td><td class="number">1,037</td></tr>',
    'At least 3 more lines.',
    'Nothing.',
    'Findings are not told whole.',
    '<p class="note">The way<br>back</p>',
    '2026-11-20 14:03:07Z',
    '<code>trailwarden events --address 198.51.100.66</code>',
    'Made 2026-11-26 09:00:00Z of the deployment trailwarden',
  ]) {
    expect(html).toContain(part);
  }
});

test('a report runs nothing and loads nothing: its policy allows its own style alone, by the hash', () => {
  const html = incidentReport(CONTENT);
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(html).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
  );
  // The policy stands before all that it is about.
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  expect(html).not.toMatch(/<script|<img|<link|<iframe|https?:\/\/|url\(|@import/i);
});

test('every text of a report is text, whatever it holds', () => {
  const html = incidentReport(hostile(CONTENT));
  const tags = new Set([...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag = '']) => tag.toLowerCase()));
  expect([...tags].toSorted()).toEqual(
    'b body br code div h1 h2 head header html li main meta ol p section style table tbody td th thead title tr'.split(
      ' ',
    ),
  );
  expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(html).not.toMatch(/\son\w+=(?!&quot;)/i);
});
