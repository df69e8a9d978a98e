import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The system's Chromium; undefined where there is none. */
export const CHROMIUM = PLACES.find((place) => place !== undefined && existsSync(place));

export const HOW_TO_INSTALL =
  'There is no Chromium. Install it (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), or name one with CHROMIUM_PATH.';

/** @throws Error that says what to install. */
export async function launchBrowser(): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error(HOW_TO_INSTALL);
  // A container has no user namespaces; what is opened is this test's own page.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
