import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/index.ts';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { browserRemedy, findBrowser, launchOptions } from '../support/browser.ts';
import { notRun } from '../support/not-run.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dashboard = `${root}web/dist`;
const executable = findBrowser();
if (executable === null) notRun('the dashboard in a browser', browserRemedy);

const refund = defineTool({
  name: 'refund',
  description: 'Pays money back. Amount in US dollars.',
  inputSchema: z.object({ order: z.number(), amount: z.number() }),
  needsApproval: true,
  execute: ({ order, amount }) => `Paid back $${amount} for order ${order}.`,
});

const config = defineConfig({
  agents: [
    defineAgent({
      name: 'clerk',
      description: 'Helps with orders, in a small window',
      model: 'simulated/small-1k',
      instructions: 'You help with orders.',
      tools: [refund],
      summary: { model: 'simulated/small-8k', keepRuns: 1, maxTokens: 60 },
      limits: { maxOutputTokens: 160 },
      onBudget: 'wait',
    }),
  ],
  budgets: [{ scope: 'session', window: 'lifetime', tokens: 100_000 }],
});

/** What somebody says who wants a script to run in the browser of whoever reads it. */
const attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>';

let stack: Stack<typeof config>;
let server: ApiServer;
let browser: Browser;
let page: Page;
/** What the console was told of as an error, breaches of the content security policy among it, and what was thrown. */
const faults: string[] = [];

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, ...options });
  const opened = await context.newPage();
  opened.setDefaultTimeout(10_000);
  opened.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  opened.on('pageerror', (error) => faults.push(error.message));
  return opened;
}

function idInUrl(): string {
  return decodeURIComponent(new URL(page.url()).pathname.replace('/sessions/', ''));
}

async function write(text: string): Promise<void> {
  await page.getByPlaceholder('Write a message').fill(text);
  await page.keyboard.press('Enter');
}

/** Says something and waits for the figures below its answer. */
async function say(text: string): Promise<void> {
  const figures = page.locator('.message-figures');
  const before = await figures.count();
  await write(text);
  await figures.nth(before).waitFor();
}

async function gaugeValue(): Promise<number> {
  return Number(await page.getByRole('meter', { name: 'Context' }).getAttribute('aria-valuenow'));
}

/** Opens a page and waits until nothing of it is being read any more. */
async function visit(where: Page, path: string): Promise<void> {
  await where.goto(`${server.url}${path}`);
  await where.locator('main h1').waitFor();
  await until(async () => (await where.getByText(/…$/).count()) === 0);
}

/** What axe calls serious or worse; in dark it looks at colours alone, since nothing else is different. */
async function seriousFaults(where: Page, part = 'html'): Promise<readonly string[]> {
  const look = async (rules: readonly string[]) => {
    // One document without frames, and nothing but what is wrong: several times as fast.
    const axe = new AxeBuilder({ page: where })
      .include(part)
      .setLegacyMode()
      .options({ resultTypes: ['violations'] });
    const { violations } = await (rules.length === 0 ? axe : axe.withRules([...rules])).analyze();
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  };
  await where.emulateMedia({ colorScheme: 'light' });
  const light = await look([]);
  await where.emulateMedia({ colorScheme: 'dark' });
  const dark = await look(['color-contrast']);
  return [...light, ...dark].map(
    ({ id, nodes }) => `${where.url()}: ${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}

const inBrowser = executable === null ? describe.skip : describe;

inBrowser('the dashboard', () => {
  beforeAll(async () => {
    const built = spawnSync(process.execPath, ['scripts/build-web.ts'], { cwd: root, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    [stack, browser] = await Promise.all([startStack(config), chromium.launch(launchOptions(executable ?? ''))]);
    server = await startApiServer(stack, config, { dashboard });
    page = await openPage();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await stack?.close();
  });

  it('starts a session with the first words, and shows the answer grow as it is written', async () => {
    await page.goto(server.url);
    await page.getByLabel('Message').fill('Tell me of the load line. [[tokens 100]] [[pace 40]]');
    await page.keyboard.press('Enter');
    const draft = page.locator('.answer-draft .markdown');
    const early = (await draft.innerText()).length;
    await until(async () => (await draft.innerText()).length > early + 100);
    expect(await page.getByText('Running').count()).toBe(1);
    await page.locator('.message-figures').waitFor();
    expect(await page.locator('.answer-draft').count()).toBe(0);
    expect(await page.locator('.asked').innerText()).toContain('Tell me of the load line.');
  });

  it('shows the gauge pass a threshold, and the compaction that makes room', async () => {
    await until(async () => {
      await say('More. [[tokens 100]]');
      return (await page.getByText(/^The context holds/).count()) > 0;
    });
    expect(await gaugeValue()).toBeGreaterThanOrEqual(75);
    await until(async () => {
      await say('More. [[tokens 100]]');
      return (await page.getByText(/^Compacted \d+ runs? into a summary/).count()) > 0;
    });
    await until(async () => (await gaugeValue()) < 75);
    await page.getByText(/It stands for runs 1 to/).waitFor();
  });

  it('waits for a budget until it is raised', async () => {
    const key = idInUrl();
    const { totalTokens } = await stack.api.existing(key).metrics();
    await stack.api.budgets.set({ scope: 'session', key, window: 'lifetime', tokens: (totalTokens ?? 0) + 10 });
    await write('May I? [[say You may.]]');
    const card = page.getByRole('region', { name: 'A budget has no room' });
    await card.getByRole('button', { name: 'Raise the budget' }).click();
    const dialog = page.getByRole('dialog', { name: /^Raise/ });
    await dialog.getByRole('textbox').first().fill('5000');
    await dialog.getByRole('button', { name: 'Raise', exact: true }).click();
    await page.getByText('You may.', { exact: true }).waitFor();
    await card.waitFor({ state: 'detached' });
  });

  it('asks for approval of a tool call, and executes it', async () => {
    await write('Pay it back. [[tool refund {"order":7,"amount":40}]]');
    const question = page.getByRole('region', { name: 'Approval of refund' });
    expect(await question.locator('pre').innerText()).toContain('"amount": 40');
    await question.getByRole('button', { name: 'Approve' }).click();
    await page.locator('.answer', { hasText: 'refund says: Paid back $40 for order 7.' }).waitFor();
    await page.locator('.tool-call .badge').last().getByText('done').waitFor();
  });

  it('shows a script that somebody wrote as what it is: text', async () => {
    await say(`${attack} [[say ${attack} and [a link](javascript:alert(1))]]`);
    expect(await page.locator('.asked').last().innerText()).toContain(attack);
    const answer = page.locator('.answer .markdown').last();
    expect(await answer.innerText()).toContain(attack);
    expect(await answer.locator('img, script').count()).toBe(0);
    expect(await answer.locator('a').getAttribute('href')).not.toContain('javascript');
    expect(await page.title()).toBe(`${idInUrl()} · Loadline`);
  });

  it('opens the ledger rows behind a figure, which add up to it', async () => {
    const figure = page.getByRole('button', { name: /tokens: show what it is made of/ }).first();
    const line = page.getByRole('dialog').getByRole('status');
    // The page may show the figure of before the last run for a moment.
    await until(async () => {
      await figure.click();
      if (/rows?, [\d,]+ tokens = shown$/.test(await line.innerText())) return true;
      await page.keyboard.press('Escape');
      await line.waitFor({ state: 'detached' });
      return false;
    });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'provider = ledger = metrics' }).waitFor();
  });

  it('shows what the model saw: item by item, beside the call before', async () => {
    await page.getByRole('button', { name: 'what the model saw' }).last().click();
    const drawer = page.getByRole('dialog', { name: 'What the model saw' });
    await drawer.getByText('the bytes that were sent').waitFor();
    const items = drawer.getByRole('listitem').filter({ has: page.locator('.request-line') });
    await drawer.getByRole('radio', { name: /^Added/ }).check();
    await until(async () => (await items.count()) > 0);
    await items.last().getByRole('button').click();
    expect(await items.last().locator('pre').innerText()).toContain(attack);
    await page.keyboard.press('Escape');
  });

  it('opens the ledger rows of a run from its chart by keyboard', async () => {
    const chart = page.locator('.runs-chart .recharts-surface');
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.runs-chart .chart-tip').waitFor();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: /^Run \d+$/ });
    await drawer.getByText(/= shown$/).waitFor();
    await page.keyboard.press('Escape');
  });

  it('sets a budget on the page of budgets, and opens the ledger rows of a line of usage', async () => {
    const id = idInUrl();
    const money = await openPage();
    await money.goto(`${server.url}/budgets?scope=session&q=${id}`);
    await money.getByRole('button', { name: `Set limit of session ${id}, lifetime` }).click();
    const dialog = money.getByRole('dialog', { name: /^Limit of session/ });
    await dialog.getByLabel('Limit, tokens').fill('12,000');
    await dialog.getByRole('button', { name: 'Set limit' }).click();
    await money.getByText('of 12,000').waitFor();
    await money.goto(`${server.url}/usage?by=type,session&simulated=true`);
    await money.getByRole('button', { name: `tokens of model · ${id}` }).click();
    const drawer = money.getByRole('dialog', { name: `model · ${id}` });
    await drawer.getByText(/rows, [\d,]+ tokens, .* = shown$/).waitFor();
    await money.context().close();
  });

  it('closes the session', async () => {
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Close the session' });
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByPlaceholder('The session is closed').waitFor();
    expect(await page.getByPlaceholder('The session is closed').isDisabled()).toBe(true);
  });

  it('is found again by its keys, with filters in the address', async () => {
    const id = idInUrl();
    await page.getByRole('link', { name: 'Sessions' }).first().click();
    await page.keyboard.press('n');
    await page.getByLabel('User').fill('<i>ann</i>');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('link', { name: '<i>ann</i>' }).click();
    await until(() => new URL(page.url()).searchParams.get('user') === '<i>ann</i>');
    await until(async () => (await page.locator('.session-rows .session-row').count()) === 1);
    await page.goto(`${server.url}/?status=closed`);
    await page.locator('.session-rows .session-row').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await until(() => idInUrl() === id);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Budgets');
    await page.locator('[cmdk-item][data-selected=true]', { hasText: 'Budgets' }).waitFor();
    await page.keyboard.press('Enter');
    await until(() => page.url().endsWith('/budgets'));
  });

  it('has nothing that axe finds serious, in light and in dark, and fits a phone', async () => {
    const [closed] = (await stack.api.sessions({ status: 'closed' })).sessions;
    const session = `/sessions/${closed?.sessionId}`;
    const found: string[] = [];
    for (const path of ['/', '/budgets', '/usage', '/models', session]) {
      await visit(page, path);
      found.push(...(await seriousFaults(page)));
    }
    for (const tab of ['Calls', 'Context', 'Ledger', 'Events']) {
      await page.getByRole('tab', { name: tab }).click();
      await until(async () => (await page.getByText(/…$/).count()) === 0);
      found.push(...(await seriousFaults(page, '.session-side')));
    }
    const phone = await openPage({ viewport: { width: 390, height: 844 }, hasTouch: true });
    for (const path of ['/', session, '/budgets', '/usage', '/models']) {
      await visit(phone, path);
      const wide = await phone.evaluate<number>('document.documentElement.scrollWidth');
      if (wide > 390) found.push(`${path} is ${wide} pixels wide`);
    }
    await phone.context().close();
    expect(found).toEqual([]);
  }, 120_000);

  it('asks for a token where one is needed, and keeps it to the tab', async () => {
    const guarded = await startApiServer(stack, config, { tokens: 'ann:admin:*:a-long-secret-of-ann', dashboard });
    const one = await openPage();
    const before = faults.length;
    await one.goto(guarded.url);
    await one.getByLabel('Token').fill('a-long-secret-of-ann');
    await one.keyboard.press('Enter');
    await one.locator('.session-rows .session-row').first().waitFor();
    expect(await one.evaluate<number>('localStorage.length')).toBe(0);
    await one.context().close();
    await guarded.close();
    // The browser itself tells of answers with 401.
    faults.splice(before);
  });

  it('did all of that without an error on the console or a breach of the content security policy', () => {
    expect(faults).toEqual([]);
  });
});
