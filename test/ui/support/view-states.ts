import type { Page, Route } from 'playwright-core';
import type { QuestionName } from '../../../ui/protocol/asked.ts';
import type { View } from '../../../ui/protocol/view-paths.ts';
import { LEAKED } from './incident-records.ts';

/** A view in one of its states, and how one gets there. */
export interface ViewState {
  readonly view: View;
  readonly state: string;
  /** The address without its origin. */
  readonly path: string;
  /** Before the address is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** After it was opened. */
  readonly after?: (page: Page) => Promise<void>;
  /** What says that the state is there. */
  readonly shows: string;
}

/** The days of the sample and of the incident. */
const DAYS = 'since=2026-11-17T00:00:00Z&until=2026-11-21T00:00:00Z';
const NOTHING = 'since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z';
const STORY = `/story?of=${LEAKED}`;

const PATHS: Readonly<Record<View, string>> = {
  overview: `/?${DAYS}`,
  explore: `/explore?${DAYS}`,
  story: STORY,
  findings: `/findings?${DAYS}`,
  report: '/report',
};

/** The questions of a view. */
const QUESTIONS: Readonly<Record<View, readonly QuestionName[]>> = {
  overview: ['overview-events', 'overview-findings', 'completeness'],
  explore: ['facets', 'events'],
  story: ['story'],
  findings: ['findings'],
  report: ['report'],
};

const clickRow = (page: Page): Promise<void> => page.locator('.row').nth(1).click();
const settled = (page: Page): Promise<void> => page.waitForLoadState('networkidle');

const onEach = (view: View, handle: (route: Route) => Promise<void>) => async (page: Page) => {
  for (const question of QUESTIONS[view]) await page.route(`**/api/${question}`, handle);
};

/** The server's word that it can't be done. */
const refuse = (error: object) => (route: Route) =>
  route.fulfill({ status: 500, contentType: 'application/json', body: JSON.stringify({ error }) });

/** The answer with something changed. */
const changed = (question: QuestionName, change: (answer: Record<string, unknown>) => object) => (page: Page) =>
  page.route(`**/api/${question}`, async (route) => {
    const response = await route.fetch();
    const told = await response.json();
    await route.fulfill({ response, json: { ...told, answer: change(told.answer) } });
  });

const press = (name: string) => (page: Page) => page.getByRole('button', { name }).click();

const LIMIT = {
  kind: 'read-limit',
  message: 'This takes more read units than are left of --max-reads.',
  estimatedUnits: 31_000,
};
const BROKEN = { kind: 'failed', message: 'The AWS credentials have expired: sign in again.' };
const PIN = {
  kind: 'event',
  id: '0b6c8f64-3c21-4b8e-8a51-6d21f7b80013',
  time: '2026-11-20T10:08:12Z',
  title: 'user/yuki: eks:CreateCluster',
  note: 'Nobody planned a cluster.',
};
const LEFT_OUT = [{ part: 'issued', reason: 'More credentials were issued than the 100 that are followed.' }];

const views: readonly View[] = ['overview', 'explore', 'story', 'findings'];

/** Each view with each of its states; what they look like is looked at, and each names something to do. */
export const VIEW_STATES: readonly ViewState[] = [
  { view: 'overview', state: 'filled', path: PATHS.overview, after: settled, shows: 'Rules' },
  { view: 'explore', state: 'filled', path: PATHS.explore, after: settled, shows: 'events' },
  { view: 'explore', state: 'event', path: PATHS.explore, after: clickRow, shows: 'Receipt' },
  {
    view: 'explore',
    state: 'filtered',
    path: `${PATHS.explore}&access=write&not.region=us-east-1`,
    after: settled,
    shows: 'Clear all',
  },
  { view: 'story', state: 'filled', path: PATHS.story, after: settled, shows: 'Who became whom?' },
  { view: 'findings', state: 'filled', path: PATHS.findings, after: settled, shows: 'Tactic' },
  { view: 'findings', state: 'finding', path: PATHS.findings, after: clickRow, shows: 'Why it matched' },
  {
    view: 'findings',
    state: 'alert',
    path: `${PATHS.findings}&level=high`,
    after: async (page) => {
      await clickRow(page);
      await page.getByText('The alert as it was sent').click();
    },
    shows: 'As it was sent',
  },
  {
    view: 'report',
    state: 'filled',
    path: '/report',
    before: changed('start', (answer) => ({ ...answer, kept: { ...(answer.kept as object), pins: [PIN] } })),
    after: settled,
    shows: PIN.title,
  },
  ...views.map(
    (view): ViewState => ({
      view,
      state: 'loading',
      path: PATHS[view],
      // Never answered while it is looked at.
      before: onEach(view, () => new Promise<void>(() => undefined)),
      after: async (page) => page.locator('.skeleton:visible').first().waitFor(),
      shows: 'Trailwarden',
    }),
  ),
  { view: 'overview', state: 'empty', path: `/?${NOTHING}`, after: settled, shows: 'No events in this time.' },
  { view: 'explore', state: 'empty', path: `/explore?${NOTHING}`, after: settled, shows: 'No event of this time' },
  { view: 'findings', state: 'empty', path: `/findings?${NOTHING}`, after: settled, shows: 'No rule found anything' },
  { view: 'story', state: 'empty', path: '/story', shows: 'Whose story?' },
  { view: 'report', state: 'empty', path: '/report', shows: 'Nothing is pinned' },
  {
    view: 'overview',
    state: 'partial',
    path: PATHS.overview,
    before: async (page) => {
      await changed('overview-findings', (answer) => ({ ...answer, isAtLeast: true }))(page);
      await changed('overview-events', ({ deniedActions: _, ...answer }) => answer)(page);
    },
    after: settled,
    shows: 'Too many events to tell their actions apart',
  },
  {
    view: 'explore',
    state: 'partial',
    path: PATHS.explore,
    before: (page) =>
      page.route('**/api/events', async (route) => {
        const { from } = route.request().postDataJSON();
        if (from > 0) return refuse(LIMIT)(route);
        const response = await route.fetch();
        const told = await response.json();
        await route.fulfill({
          response,
          json: { ...told, answer: { rows: told.answer.rows.slice(0, 20), isEnd: false } },
        });
      }),
    after: settled,
    shows: 'The first 20 are here',
  },
  {
    view: 'story',
    state: 'partial',
    path: PATHS.story,
    before: changed('story', (answer) => ({
      ...answer,
      incident: { ...(answer.incident as object), leftOut: LEFT_OUT },
    })),
    after: settled,
    shows: 'More credentials were issued',
  },
  {
    view: 'findings',
    state: 'partial',
    path: PATHS.findings,
    before: changed('findings', (answer) => ({ ...answer, isAtLeast: true })),
    after: settled,
    shows: 'These are the newest',
  },
  ...views.map(
    (view): ViewState => ({
      view,
      state: 'error',
      path: PATHS[view],
      before: onEach(view, refuse(view === 'story' ? LIMIT : BROKEN)),
      after: settled,
      shows: view === 'story' ? 'Allow 31,000 more read units' : 'Try again',
    }),
  ),
  {
    view: 'report',
    state: 'error',
    path: '/report',
    after: async (page) => {
      await page.getByLabel('The story of').fill('nobody-of-this-name');
      await press('Make the file')(page);
    },
    shows: 'The index knows nothing of nobody-of-this-name',
  },
  {
    view: 'report',
    state: 'partial',
    path: '/report',
    before: changed('report', (answer) => ({ ...answer, leftOut: LEFT_OUT.map(({ reason }) => reason) })),
    after: async (page) => {
      await page.getByLabel('The story of').fill(LEAKED);
      await press('Make the file')(page);
    },
    shows: 'More credentials were issued',
  },
  {
    view: 'report',
    state: 'loading',
    path: '/report',
    before: onEach('report', () => new Promise<void>(() => undefined)),
    after: async (page) => {
      await page.getByLabel('The story of').fill(LEAKED);
      await press('Make the file')(page);
    },
    shows: 'Making the file…',
  },
  ...[...views, 'report' as const].map(
    (view): ViewState => ({
      view,
      state: 'expired',
      path: PATHS[view],
      after: async (page) => {
        await settled(page);
        await page.context().clearCookies();
        await page.reload();
      },
      shows: 'This session is over',
    }),
  ),
  ...[...views, 'report' as const].map(
    (view): ViewState => ({
      view,
      state: 'closed',
      path: PATHS[view],
      after: async (page) => {
        await settled(page);
        await page.route('**/api/**', (route) => route.abort());
        await page.getByLabel('Key, ARN, address').or(page.locator('#search')).first().fill('root');
        await page.keyboard.press('Enter');
      },
      shows: 'has ended',
    }),
  ),
];
