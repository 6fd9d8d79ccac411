import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultThresholds, type Thresholds } from '../../src/domain/agent.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { toRunMetrics } from '../../src/domain/metrics.ts';
import type { RunResult, RunStatus } from '../../src/domain/run.ts';
import { unknownUsage } from '../../src/domain/usage.ts';
import { createStore } from '../../src/store/index.ts';
import type { BuildResult, NewMessage, Settlement, Store } from '../../src/store/index.ts';

export const start = Date.parse('2026-11-22T10:00:00.000Z');

/** ISO 8601, seconds after the start of the test's clock. */
export function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

export const owner = { taskToken: 'dG9rZW4=', pid: 4711, bootId: 'boot-1' };

export function userMessage(id: string, runId: string, tokens = 5): NewMessage {
  return { id, runId, role: 'user', parts: [{ type: 'text', text: `say ${id}` }], createdAt: at(0), tokens };
}

export function answerMessage(id: string, runId: string, tokens = 7): NewMessage {
  return {
    id,
    runId,
    role: 'assistant',
    agent: 'assistant',
    parts: [{ type: 'text', text: `said ${id}` }],
    createdAt: at(1),
    tokens,
  };
}

export function toolMessage(id: string, runId: string): NewMessage {
  return {
    id,
    runId,
    role: 'tool',
    parts: [{ type: 'tool-result', callId: id, tool: 'weather', output: '4 °C', isError: false }],
    createdAt: at(1),
    tokens: 3,
  };
}

export function reservedRow(sessionId: string, runId: string | null, callId: string, attempt = 1): LedgerRow {
  return {
    id: `${callId}.${attempt}`,
    sessionId,
    runId,
    callId,
    attempt,
    agent: 'assistant',
    user: 'ann',
    tenant: null,
    provider: 'simulated',
    model: 'echo',
    modelType: 'model',
    simulated: true,
    state: 'reserved',
    reservation: { inputTokens: 1000, outputTokens: 500, costNanoUsd: 2_000_000 },
    estimatedInputTokens: 110,
    usage: null,
    costNanoUsd: null,
    cacheSavedNanoUsd: null,
    answered: false,
    error: null,
    startedAt: start + attempt * 1000,
    endedAt: null,
    durationMs: null,
    timeToFirstTokenMs: null,
    priceDate: '2026-11-22',
    providerMetrics: null,
  };
}

export function buildResult(
  sessionId: string,
  runId: string,
  messageId: string,
  status: RunStatus,
  text: string,
): BuildResult {
  return ({ totals, timeToFirstTokenMs, messageIds }): RunResult => ({
    sessionId,
    runId,
    messageId,
    status,
    text,
    finishReason: status === 'completed' ? 'stop' : 'cancelled',
    metrics: toRunMetrics(totals, timeToFirstTokenMs),
    messageIds,
  });
}

export function settlementOf(
  row: LedgerRow,
  {
    usage = { ...unknownUsage, input: 100, cacheRead: 20, output: 30 },
    ends = true,
    state = 'settled',
    costNanoUsd = 150_000,
    cacheSavedNanoUsd = 9_000,
    thresholds = defaultThresholds,
  }: Partial<Pick<Settlement, 'usage' | 'state' | 'costNanoUsd' | 'cacheSavedNanoUsd'>> & {
    ends?: boolean;
    thresholds?: Thresholds;
  } = {},
): Settlement {
  const runId = row.runId ?? 'none';
  return {
    rowId: row.id,
    state,
    usage,
    costNanoUsd,
    cacheSavedNanoUsd,
    endedAt: row.startedAt + 800,
    durationMs: 800,
    timeToFirstTokenMs: 200,
    providerMetrics: { service_tier: 'default' },
    answer: {
      text: `answer of ${row.id}`,
      finishReason: ends ? 'stop' : 'tool-calls',
      message: answerMessage(`a-${row.id}`, runId),
      toolCalls: ends ? [] : [{ callId: 't0000001', tool: 'weather' }],
      context: { use: { tokens: 150, window: 8192 }, anchor: null },
      build: ends ? buildResult(row.sessionId, runId, `m-${runId}`, 'completed', `answer of ${row.id}`) : null,
    },
    events: [callEnded(row)],
    thresholds: { levels: thresholds, nothingLeftToCompact: false },
  };
}

const plan = {
  window: 8192,
  inputTokens: 90,
  inputBound: 100,
  answerTokens: 200,
  instructionTokens: 10,
  toolTokens: 0,
  summaryTokens: 0,
  historyTokens: 0,
  runs: 0,
  messageTokens: 80,
  cut: [],
} as const;

export function callStarted({ callId, attempt }: LedgerRow) {
  return {
    type: 'call.started',
    callId,
    attempt,
    model: 'simulated/echo',
    modelType: 'model',
    inputTokensEstimated: 90,
    plan,
  } as const;
}

function callEnded({ callId, attempt }: LedgerRow) {
  return {
    type: 'call.ended',
    callId,
    attempt,
    model: 'simulated/echo',
    modelType: 'model',
    inputTokens: 120,
    outputTokens: 30,
    cost: 0.00015,
    durationMs: 800,
    contextTokens: 150,
    contextWindow: 8192,
  } as const;
}

export function openInput(sessionId: string) {
  return { sessionId, agent: 'assistant', user: 'ann', tenant: null, metadata: null, at: at(0) };
}

export function beginInput(sessionId: string, runId: string, tokens = 5) {
  const messageId = `m-${runId}`;
  return { sessionId, runId, messageId, agent: 'assistant', message: userMessage(messageId, runId, tokens), at: at(0) };
}

export async function reserve(store: Store, row: LedgerRow) {
  return await store.reserve({ row, rules: [], owner, leaseUntil: start + 60_000, events: [callStarted(row)] });
}

/** A store in a file of its own, with a session `s1` and its running run `r1`. */
export async function openedStore(): Promise<{ store: Store; path: string; remove: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'loadline-store-'));
  const path = join(folder, 'deep', 'loadline.sqlite');
  const store = createStore(`sqlite:${path}`);
  await store.migrate();
  await store.openSession(openInput('s1'));
  await store.beginRun(beginInput('s1', 'r1'));
  return {
    store,
    path,
    remove: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
