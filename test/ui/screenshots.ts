import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from './support/browser.ts';
import { startSampleWorld } from './support/local-world.ts';
import { VIEW_STATES } from './support/view-states.ts';

/**
 * Makes a picture of each view in each state, wide and narrow, light and dark: `npm run screenshots -- FOLDER`. They are
 * for people to look at.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('Name the folder that the pictures go into: npm run screenshots -- FOLDER');
await mkdir(folder, { recursive: true });

const world = await startSampleWorld();
const browser = await launchBrowser();
try {
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await world.page('--max-reads', '1000000');
      const viewport = { width, height: width === 1280 ? 800 : 844 };
      const first = await browser.newContext({ viewport, colorScheme });
      const opened = await first.newPage();
      await opened.goto(page.address);
      await opened.waitForSelector('main');
      const storageState = await first.storageState();
      await first.close();
      for (const { view, state, path, before, after, shows } of VIEW_STATES) {
        const context = await browser.newContext({ viewport, colorScheme, storageState });
        const window = await context.newPage();
        await before?.(window);
        await window.goto(page.origin + path);
        await after?.(window);
        await window.getByText(shows).first().waitFor({ state: 'attached' });
        const file = join(folder, `${view}-${state}-${width}-${colorScheme}.png`);
        await window.screenshot({ path: file });
        console.log(file);
        await context.close();
      }
      await page.stop();
    }
  }
} finally {
  await browser.close();
  await world.stop();
}
