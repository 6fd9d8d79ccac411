import { setImmediate } from 'node:timers/promises';
import { newState, type CarriedState } from '../../src/domain/carried.ts';
import { defaultThresholds } from '../../src/domain/agent.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { toRunMetrics } from '../../src/domain/metrics.ts';
import { workflowIdOf, workflowType, type SessionInput } from '../../src/domain/session.ts';
import { plainUsage } from '../../src/domain/usage.ts';
import { estimateMessage } from '../../src/models/index.ts';
import type { NewMessage, Store } from '../../src/store/index.ts';
import type { Stand } from './stand.ts';

/** Transactions that wait together are committed together. */
const together = 30;

/**
 * A session that has answered so many messages: its runs are written to the store as a worker would, and its workflow
 * starts from the state that a roll-over would have carried.
 */
export async function fillSession(stand: Stand, sessionId: string, agent: string, runs: number): Promise<void> {
  const { store, client, taskQueue } = stand;
  await fillStore(store, sessionId, agent, runs);
  const input: SessionInput = { sessionId, agent };
  const carried: CarriedState = {
    ...newState(input),
    accepted: runs,
    recent: Array.from({ length: Math.min(64, runs) }, (_, back) => idsOf(sessionId, runs - back)).toReversed(),
  };
  await client.workflow.start(workflowType, {
    workflowId: workflowIdOf(sessionId),
    taskQueue,
    args: [{ ...input, carried }],
  });
}

/** Writes the session and so many answered runs, as a worker would; the older ones are in a summary unless it is off. */
export async function fillStore(
  store: Store,
  sessionId: string,
  agent: string,
  runs: number,
  { summary = true } = {},
): Promise<void> {
  const at = new Date().toISOString();
  await store.openSession({ sessionId, agent, user: null, tenant: null, metadata: null, at });
  for (let first = 1; first <= runs; first += together) {
    const numbers = Array.from({ length: Math.min(together, runs - first + 1) }, (_, index) => first + index);
    await Promise.all(numbers.map((number) => fillRun(store, sessionId, agent, number)));
    await setImmediate();
  }
  if (summary && runs > keptRuns) await fold(store, sessionId, runs - keptRuns);
}

/** Runs that a session's context holds beside its summary. */
const keptRuns = 8;

async function fold(store: Store, sessionId: string, throughRun: number): Promise<void> {
  const text = 'They talked about the weather and about what was said before.\n'.repeat(40);
  const id = `${sessionId}.c1`;
  const facts = { cause: 'runs', runs: throughRun, results: 0, tokensBefore: 46, tokensAfter: 46 } as const;
  const tokens = estimateMessage([{ type: 'text', text }]);
  await store.storeCompaction({
    compaction: {
      id,
      sessionId,
      runId: null,
      at: new Date().toISOString(),
      summary: { text, tokens, model: 'bench/instant', firstSeq: 1, lastSeq: 2 * throughRun, throughRun },
      ...facts,
    },
    resultsThroughSeq: 0,
    event: { type: 'compaction.ended', compactionId: id, throughRun, summaryTokens: tokens, ...facts },
    thresholds: { levels: defaultThresholds, nothingLeftToCompact: false },
  });
}

function idsOf(sessionId: string, number: number): { runId: string; messageId: string } {
  return {
    runId: `${sessionId}.${number}`,
    messageId: `m-4a1f6f0e-6c1c-4b55-8d2e-${String(number).padStart(12, '0')}`,
  };
}

async function fillRun(store: Store, sessionId: string, agent: string, number: number): Promise<void> {
  const ids = idsOf(sessionId, number);
  const { runId } = ids;
  const at = new Date().toISOString();
  const text = `What was said in the message before number ${number}, and why?`;
  const message = { id: `${runId}.user`, runId, role: 'user', parts: [{ type: 'text', text }], createdAt: at } as const;
  await store.beginRun({ sessionId, ...ids, agent, message: counted(message), at });
  const row = rowOf(sessionId, runId, agent);
  await store.reserve({
    row,
    rules: [],
    owner: { taskToken: '', pid: 0, bootId: '' },
    leaseUntil: Date.now() + 30_000,
    events: [],
  });
  const answer = `Message ${number} followed one about the weather; nobody gave a reason for it.`;
  await store.settle({
    rowId: row.id,
    state: 'settled',
    usage: plainUsage(30, 16),
    costNanoUsd: 0,
    cacheSavedNanoUsd: null,
    endedAt: row.startedAt + 1,
    durationMs: 1,
    timeToFirstTokenMs: 1,
    providerMetrics: null,
    events: [],
    thresholds: { levels: defaultThresholds, nothingLeftToCompact: false },
    answer: {
      text: answer,
      finishReason: 'stop',
      message: counted({
        ...message,
        id: `${row.callId}.answer`,
        role: 'assistant',
        parts: [{ type: 'text', text: answer }],
      }),
      toolCalls: [],
      context: { use: { tokens: 46, window: 128_000 }, anchor: null },
      build: ({ totals, timeToFirstTokenMs, messageIds }) => ({
        sessionId,
        ...ids,
        status: 'completed',
        text: answer,
        finishReason: 'stop',
        metrics: toRunMetrics(totals, timeToFirstTokenMs),
        messageIds,
      }),
    },
  });
}

function counted(message: Omit<NewMessage, 'tokens'>): NewMessage {
  return { ...message, tokens: estimateMessage(message.parts) };
}

function rowOf(sessionId: string, runId: string, agent: string): LedgerRow {
  const now = new Date();
  return {
    id: `${runId}.1.1`,
    sessionId,
    runId,
    callId: `${runId}.1`,
    attempt: 1,
    agent,
    user: null,
    tenant: null,
    provider: 'bench',
    model: 'instant',
    modelType: 'model',
    simulated: false,
    state: 'reserved',
    reservation: { inputTokens: 60, outputTokens: 4096, costNanoUsd: 0 },
    estimatedInputTokens: null,
    usage: null,
    costNanoUsd: null,
    cacheSavedNanoUsd: null,
    answered: false,
    error: null,
    startedAt: now.getTime(),
    endedAt: null,
    durationMs: null,
    timeToFirstTokenMs: null,
    priceDate: now.toISOString(),
    providerMetrics: null,
  };
}
