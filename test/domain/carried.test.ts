import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { maxQueued } from '../../src/domain/admission.ts';
import {
  isCarriedState,
  newState,
  packState,
  recentMessages,
  upgradeState,
  type CarriedState,
} from '../../src/domain/carried.ts';
import { emptyTally, emptyTotals, toRunMetrics } from '../../src/domain/metrics.ts';

const folder = join(import.meta.dirname, '../states');
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('the state that a session carries', () => {
  const kept = globSync(join(folder, 'v*.json')).toSorted();
  it.each(kept.map((file) => [basename(file), file]))('of an earlier version is taken: %s', (_, file) => {
    const state = read(file);
    expect(isCarriedState(state)).toBe(true);
    expect(upgradeState(state as CarriedState)).toMatchObject({ version: 1, accepted: expect.any(Number) });
  });

  it('of a later version is left to a later worker', () => {
    const later = { ...newState({ sessionId: 's', agent: 'a' }), version: 2 } as unknown as CarriedState;
    expect(() => upgradeState(later)).toThrow(/update the worker/);
  });

  it.each([null, 1, 'state', {}, { version: 1 }])('is not whatever somebody hands over: %j', (value) => {
    expect(isCarriedState(value)).toBe(false);
  });

  it('stays under 256 KB in the worst case', () => {
    const wide = '語';
    const id = 'm'.repeat(200);
    const sessionId = 's'.repeat(128);
    const input = { sessionId, agent: 'a'.repeat(64), metadata: { note: wide.repeat(5_000) } };
    const metrics = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`${n}`.padEnd(64, 'x'), 1e9]));
    const details = Object.fromEntries(
      ['model', 'summaryModel', 'leader', 'member', 'fallback', 'tool'].map((type) => [
        type,
        Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`provider/model-${n}`.padEnd(60, 'm'), emptyTally])),
      ]),
    );
    const totals = { ...emptyTotals, additionalMetrics: metrics, details };
    const runId = `${sessionId}.5000`;
    const state: CarriedState = {
      ...newState(input),
      totals,
      accepted: 5_000,
      // What a roll-over leaves in the queue: ids, and contents of 64 KB together.
      queue: Array.from({ length: maxQueued }, (_, n) => ({
        runId,
        messageId: id,
        parts: [{ type: 'text', text: 'x'.repeat(n === 0 ? 65_000 : 0) }],
      })),
      recent: Array.from({ length: recentMessages }, () => ({ messageId: id, runId })),
      current: {
        message: {
          runId,
          messageId: id,
          parts: [{ type: 'text', text: 'x'.repeat(262_144) }],
          metadata: { note: wide.repeat(5_000) },
        },
        startedAt: new Date(0).toISOString(),
        calls: 1,
        toolCalls: 50,
        tokens: 1e9,
        costNanoUsd: 1e12,
        workedMs: 1e6,
        text: wide.repeat(8_000),
        waiting: {
          sessionId,
          runId,
          messageId: id,
          status: 'waiting',
          text: wide.repeat(8_000),
          finishReason: 'tool-calls',
          waitingFor: Array.from({ length: 50 }, () => ({
            kind: 'approval' as const,
            callId: 't12345678',
            tool: 't'.repeat(64),
            input: wide.repeat(800),
            until: new Date(0).toISOString(),
            reason: 'r'.repeat(180),
          })),
          metrics: toRunMetrics(totals, 1),
          messageIds: Array.from({ length: 76 }, (_, n) => `${runId}.${n}.answer`),
        },
        compactions: 0,
        overflows: 0,
        faults: { rounds: 4, latest: wide.repeat(200), soundCalls: 0 },
        pendingTools: Array.from({ length: 50 }, () => ({
          callId: 't12345678',
          tool: 't'.repeat(64),
          timeoutMs: 1e6,
          maxAttempts: 5,
          approval: { timeoutMs: 1e9, onTimeout: 'deny' as const },
          asked: { until: new Date(0).toISOString() },
          unknown: 'r'.repeat(180),
          restarts: 1,
        })),
      },
      latest: {
        sessionId,
        runId,
        messageId: id,
        status: 'failed',
        text: wide.repeat(100_000),
        output: { text: wide.repeat(100_000) },
        finishReason: 'error',
        reason: wide.repeat(2_000),
        error: { code: 'ProviderError', message: wide.repeat(2_000) },
        metrics: toRunMetrics(totals, 1),
        messageIds: Array.from({ length: 76 }, (_, n) => `${runId}.${n}.answer`),
      },
    };
    const bytes = Buffer.byteLength(JSON.stringify({ ...input, carried: packState(state) }));
    expect(bytes).toBeLessThan(256 * 1024);
    expect(Buffer.byteLength(JSON.stringify(state))).toBeGreaterThan(256 * 1024);
  });
});
