import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { browserRemedy, findBrowser } from '../support/browser.ts';
import { notRun } from '../support/not-run.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { openAiConfigAt } from './openai/config.ts';

const executablePath = findBrowser();
const root = join(import.meta.dirname, '../..');

describe('useChat in a browser', () => {
  if (executablePath === null) {
    it('needs a browser', () => notRun('useChat of @ai-sdk/react in a browser', browserRemedy));
    return;
  }
  let config: ReturnType<typeof openAiConfigAt>;
  let stack: Stack<typeof config>;
  let server: ApiServer;
  let browser: Browser;
  beforeAll(async () => {
    stack = await startStack((url) => (config = openAiConfigAt(url)));
    const pages = join(stack.folder, 'pages');
    const fixture = join(import.meta.dirname, '../fixtures/use-chat');
    const vite = join(root, 'node_modules/vite/bin/vite.js');
    execFileSync(process.execPath, [vite, 'build', fixture, '--outDir', pages, '--logLevel', 'error']);
    server = await startApiServer(stack, config, { dashboard: pages });
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await stack.close();
  });

  const open = async (session: string): Promise<Page> => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/?session=${session}&agent=assistant`);
    return page;
  };
  const say = async (page: Page, text: string): Promise<void> => {
    await page.locator('input').fill(text);
    await page.locator('input').press('Enter');
  };
  const answer = async (page: Page, number: number): Promise<string> => {
    await page.locator('.assistant .text').nth(number).waitFor();
    await page.locator('#status', { hasText: /ready|failed/ }).waitFor();
    return await page.locator('.assistant').nth(number).innerText();
  };

  it('holds a conversation with api and body alone, and asks no message twice', async () => {
    const session = `t-${randomUUID()}`;
    const page = await open(session);
    await say(page, 'I am Ann. [[say Hello Ann]]');
    expect(await answer(page, 0)).toBe('Hello Ann');
    await say(page, 'Who am I? [[say You are Ann]]');
    expect(await answer(page, 1)).toBe('You are Ann');
    expect(JSON.stringify(stack.requests.at(-1)?.body)).toMatch(/I am Ann.*Hello Ann.*Who am I/);
    await page.locator('#regenerate').click();
    await page.locator('#status', { hasText: 'ready' }).waitFor();
    expect(await answer(page, 1)).toBe('You are Ann');
    expect((await stack.api.existing(session).metrics()).runs).toBe(2);
    expect(await page.locator('#status').innerText()).toBe('ready');
  });

  it("asks for a person's word and goes on with it", async () => {
    const session = `t-${randomUUID()}`;
    const page = await open(session);
    await say(page, '[[tool refund {"amount":40}]] Pay');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.locator('.tool', { hasText: 'refund output-available' }).waitFor();
    expect(await answer(page, 0)).not.toBe('');
    expect((await stack.api.existing(session).metrics()).runs).toBe(1);
  });
});
