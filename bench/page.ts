import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { buildWeb } from '../scripts/build-web.ts';
import { storeOver } from '../src/store/sql-store.ts';
import { sqliteDatabase } from '../src/store/sqlite/sqlite-database.ts';
import { browserRemedy, findBrowser, launchOptions } from '../test/support/browser.ts';
import { fillSessions, serveStore, sessionCount } from './support/many-sessions.ts';
import { quantile, report, timed } from './support/measure.ts';

/**
 * The dashboard's list of 10,000 sessions in a headless Chromium: scrolled to its end and back, searched and filtered,
 * while the page notes each task that held it up. What it asks of the API meanwhile is timed in the page too.
 */
const goalTaskMs = 100;
const goalListMs = 50;

/** Runs in the page, before anything of its own. */
const noteLongTasks = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
`;

const nextFrame = 'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))';

/** Turns the wheel over the list, so many times and a frame for each. */
async function scroll(page: Page, turns: number, pixels: number): Promise<void> {
  await page.mouse.move(700, 600);
  for (let turn = 0; turn < turns; turn++) {
    await page.mouse.wheel(0, pixels);
    await page.evaluate(nextFrame);
  }
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own work: what the machine did for others meanwhile is left out. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** The most work of one task of a page's main thread in a trace, milliseconds. */
function mostWork(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const mains = new Set(
    traceEvents.flatMap(({ name, args, pid, tid }) =>
      name === 'thread_name' && args.name === 'CrRendererMain' ? [`${pid}/${tid}`] : [],
    ),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid}/${tid}`));
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1000));
}

/** The longest task since the last time, milliseconds; one of less than 50 ms is none. */
async function longestTask(page: Page): Promise<number> {
  return await page.evaluate<number>('Math.max(0, ...globalThis.longTasks.splice(0))');
}

async function listTimes(page: Page): Promise<readonly number[]> {
  return await page.evaluate<readonly number[]>(`
    performance.getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname === '/v1/sessions')
      .map(({ duration }) => duration)
  `);
}

/** Fixed work of a few milliseconds in each of 120 frames: what the longest takes tells how busy the machine is. */
const ownPace = `
  new Promise((done) => {
    const times = [];
    const frame = () => {
      const begun = performance.now();
      for (let sum = 0, at = 0; at < 4e6; at++) sum += at;
      times.push(performance.now() - begun);
      if (times.length < 120) requestAnimationFrame(frame);
      else done(times.sort((a, b) => a - b));
    };
    requestAnimationFrame(frame);
  })
`;

const executable = findBrowser();
if (executable === null) {
  console.error(`NOT RUN: the page; ${browserRemedy}`);
  process.exit(1);
}
const dashboard = fileURLToPath(new URL('../web/dist', import.meta.url));
await buildWeb(dashboard);
const folder = mkdtempSync(join(tmpdir(), 'loadline-bench-'));
const store = storeOver(sqliteDatabase({ path: join(folder, 'bench.sqlite') }));
await store.migrate();
const server = await serveStore(store, dashboard);
const browser = await chromium.launch(launchOptions(executable));
try {
  const filled = await timed(() => fillSessions(store, sessionCount));
  console.log(`     ${sessionCount} sessions filled in ${(filled / 1000).toFixed(1)} s`);
  const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
  const paces = await page.evaluate<readonly number[]>(ownPace);
  console.log(
    `     the same few milliseconds of work in a bare page: median ${quantile(paces, 0.5).toFixed(1)} ms, longest ${quantile(paces, 1).toFixed(1)} ms`,
  );
  await page.addInitScript(noteLongTasks);
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
  await page.goto(server.url);
  await page.getByRole('link', { name: /^s-/ }).first().waitFor();
  report('longest task while the page opens', await longestTask(page), { atMost: goalTaskMs }, ' ms');
  await scroll(page, 120, 1_600);
  report('longest task while it is scrolled down', await longestTask(page), { atMost: goalTaskMs }, ' ms');
  await scroll(page, 40, -4_000);
  report('longest task while it is scrolled up', await longestTask(page), { atMost: goalTaskMs }, ' ms');
  await page.getByRole('searchbox').first().pressSequentially('s-00', { delay: 60 });
  await page.getByRole('link', { name: /^s-00/ }).first().waitFor();
  report('longest task while it is searched', await longestTask(page), { atMost: goalTaskMs }, ' ms');
  const work = mostWork(await browser.stopTracing());
  report(
    'most work of one task in all of that, without what other processes took',
    work,
    { atMost: goalTaskMs },
    ' ms',
  );
  const times = await listTimes(page);
  report(
    `a page of the list as the browser sees it (${times.length} of them), 95th percentile`,
    quantile(times, 0.95),
    { atMost: goalListMs },
    ' ms',
  );
} finally {
  await browser.close();
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true });
}
