/**
 * Takes the pictures of docs/images: `npm run screenshots`. Everything in them is real but the model: a `loadline dev` of
 * its own, on the simulator, in a home that is thrown away.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { simulatorAt } from '../src/simulator/index.ts';
import { browserRemedy, findBrowser, launchOptions } from '../test/support/browser.ts';
import { cleanEnvironment } from '../test/support/clean-environment.ts';
import { talk } from './screenshots/conversations.ts';
import { tellQuestions, tellTalk, tellTeam } from './screenshots/seed.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs/images');
const browserPath = findBrowser();
if (browserPath === null) throw new Error(`There is no browser to take pictures with: ${browserRemedy}`);

const home = mkdtempSync(join(tmpdir(), 'loadline-screenshots-'));
cleanEnvironment(process.env);
const dev = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/cli/main.ts', 'dev', '--json'], {
  cwd: root,
  env: {
    ...process.env,
    LOADLINE_HOME: home,
    LOADLINE_PORT: '0',
    LOADLINE_CONFIG: join(root, 'scripts/screenshots/config.ts'),
    LOADLINE_LOG: 'error',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});

const url = await new Promise<string>((resolve, reject) => {
  let said = '';
  dev.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const line = said.split('\n').find((one) => one.startsWith('{') && one.includes('"ready"'));
    if (line !== undefined) resolve((JSON.parse(line) as { http: { url: string } }).http.url);
  });
  dev.once('exit', (code) => reject(new Error(`loadline dev ended with ${code}`)));
});
const { simulatorUrl } = JSON.parse(readFileSync(join(home, 'dev.json'), 'utf8')) as { simulatorUrl: string };
const simulator = simulatorAt(simulatorUrl);
const browser = await chromium.launch(launchOptions(browserPath));

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** What to do before the picture is taken. */
  readonly first?: (page: Page) => Promise<void>;
}

async function take({ name, path, scheme = 'light', width = 1360, height = 850, first }: Shot): Promise<void> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    deviceScaleFactor: name === 'phone' ? 1.5 : 1,
  });
  const page = await context.newPage();
  await page.goto(`${url}${path}`);
  await page.locator('main h1').waitFor();
  await page
    .getByText(/^(Opening|Reading|Loading).*…$/)
    .first()
    .waitFor({ state: 'hidden' });
  await first?.(page);
  // Bars and gauges grow into place.
  await page.waitForTimeout(900);
  await page.screenshot({ path: join(images, `${name}.png`) });
  await context.close();
  console.log(`docs/images/${name}.png`);
}

try {
  await tellQuestions(url);
  await tellTeam(url, simulator);
  await tellTalk(url, simulator, 0, talk.length - 1);
  await take({ name: 'session', path: '/sessions/sula-berth' });
  await tellTalk(url, simulator, talk.length - 1, talk.length);
  await take({ name: 'session-dark', path: '/sessions/sula-berth', scheme: 'dark' });
  await take({ name: 'sessions', path: '/' });
  await take({ name: 'team', path: '/sessions/notice-board' });
  await take({ name: 'calls', path: '/sessions/notice-board?tab=calls', scheme: 'dark' });
  await take({ name: 'what-the-model-saw', path: '/sessions/sula-berth?tab=context' });
  await take({
    name: 'ledger',
    path: '/sessions/sula-berth',
    first: async (page) => {
      await page
        .getByRole('button', { name: /tokens: show what it is made of/ })
        .first()
        .click();
      await page.locator('.ledger-verdict').waitFor();
    },
  });
  await take({ name: 'budgets', path: '/budgets' });
  await take({ name: 'usage', path: '/usage?simulated=true' });
  await take({ name: 'phone', path: '/sessions/sula-berth', width: 390, height: 844 });
} finally {
  await browser.close();
  dev.kill('SIGTERM');
  await new Promise((resolve) => dev.once('exit', resolve));
  rmSync(home, { recursive: true, force: true });
}
