import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import type { Session } from '../../src/client/api.ts';
import { metricsOfLedger } from '../support/conservation.ts';
import { playSideBySide, type CrashPlay } from '../support/crash-scene.ts';
import type { KillPoint } from '../support/killing-worker.ts';

type Tool = 'once' | 'same' | 'again' | 'asks';

interface Case {
  readonly tool: Tool;
  readonly point: KillPoint;
  readonly passes?: number;
  /** How often the tool acts. */
  readonly acts: number;
  readonly result: RegExp;
  readonly toolErrors?: number;
}

const acted = /^acted$/;
const unknown = /^The outcome of once is unknown: its worker was lost while it ran, and it may have acted\. It is not/;

/** In the order of a run: a model's call, a tool's, a model's. */
const cases: readonly Case[] = [
  { tool: 'once', point: 'before-reserve', acts: 1, result: acted },
  { tool: 'once', point: 'before-settle', acts: 1, result: acted },
  { tool: 'once', point: 'after-settle', acts: 1, result: acted },
  { tool: 'once', point: 'before-tool', acts: 1, result: acted },
  { tool: 'once', point: 'tool-started', acts: 0, result: unknown, toolErrors: 1 },
  { tool: 'once', point: 'in-tool', acts: 1, result: unknown, toolErrors: 1 },
  { tool: 'once', point: 'before-result', acts: 1, result: unknown, toolErrors: 1 },
  { tool: 'once', point: 'after-result', acts: 1, result: acted },
  { tool: 'once', point: 'after-reserve', passes: 1, acts: 1, result: acted },
  { tool: 'once', point: 'after-settle', passes: 1, acts: 1, result: acted },
  { tool: 'same', point: 'in-tool', acts: 2, result: acted },
  { tool: 'again', point: 'before-result', acts: 2, result: acted },
  { tool: 'asks', point: 'in-tool', acts: 2, result: acted },
];

async function approve(session: Session<unknown>, asked: { callId?: string; reason?: string } | undefined) {
  expect(asked?.reason).toBe('The outcome of asks is unknown: its worker was lost while it ran, and it may have acted');
  await session.approve({ callId: asked?.callId ?? '', approved: true });
  return await session.send('Please act', { messageId: 'm-1' });
}

const actedOnce = ({ tool, point, passes = 0, acts, result, toolErrors = 0 }: Case): CrashPlay => ({
  says: `${tool} ${point} ${passes}`,
  async play({ api, store, simulator, taskQueue, actsFile, doomed, successor }) {
    const session = api.session('handy', { id: taskQueue });
    const dying = await doomed(point, passes);
    const sending = session.send(`Please act [[tool ${tool} {}]]`, { messageId: 'm-1' });
    await dying.ended;
    await successor();
    const first = await sending;
    const run = first.status === 'waiting' ? await approve(session, first.waitingFor?.[0]) : first;
    const lines = existsSync(actsFile) ? readFileSync(actsFile, 'utf8').trim().split('\n') : [];
    const noted = lines.map((line) => line.split(' '));
    expect(run.status).toBe('completed');
    const results = run.messages.flatMap(({ parts }) => parts.flatMap((part) => ('output' in part ? [part] : [])));
    expect([results.length, noted.length]).toEqual([1, acts]);
    expect(String(results[0]?.output)).toMatch(result);
    // Whoever keeps a list of keys acts once.
    expect(new Set(noted.map(([, key]) => key)).size).toBe(Math.min(1, acts));
    expect(noted.map(([, , attempt]) => attempt)).toEqual(noted.map((_, index) => String(index + 1)));
    const metrics = await session.metrics();
    expect(metrics).toMatchObject({ calls: 2, toolCalls: 1, toolErrors });
    expect(metrics.totalTokens).toBe((await metricsOfLedger(store, session.id)).totalTokens);
    const twice = await store.recomputeTotals(session.id);
    expect(twice?.recomputed).toEqual(twice?.stored);
    // What was settled is what the provider billed, and no request of its is without a row.
    const { requests } = simulator.tally();
    const rows = await store.ledger(session.id);
    expect(rows.length).toBeGreaterThanOrEqual(requests.length);
    for (const { state, usage, providerMetrics } of rows.filter((row) => row.state === 'settled')) {
      const billed = requests.find(({ id }) => id === providerMetrics?.['id'])?.billed;
      expect([state, usage?.input, usage?.output]).toEqual(['settled', billed?.input, billed?.output]);
    }
  },
});

describe('a worker that is killed with -9 in a run with tools', () => {
  it('leaves a tool that must not act twice with one act and the truth about it, and a ledger that is exact', async () => {
    await playSideBySide(cases.map(actedOnce));
  }, 240_000);
});
