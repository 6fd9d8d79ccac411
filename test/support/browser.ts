import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** What helps where there is none. */
export const browserRemedy = 'npx playwright-core install chromium';

/** A browser of this machine; `null`: there is none. */
export function findBrowser(): string | null {
  return [chromium.executablePath(), ...usualPlaces].find((path) => existsSync(path)) ?? null;
}
