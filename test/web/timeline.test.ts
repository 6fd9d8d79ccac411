import { describe, expect, it } from '@jest/globals';
import { callPhases, toolPhases } from '../../web/src/charts/call-phases.ts';
import { timelineOf } from '../../web/src/charts/timeline-rows.ts';
import { attemptView, callView, runView, start } from './inspect-fixtures.ts';

const run = { ...runView(1), startedAt: new Date(start).toISOString() };
const tool = { callId: 't1', tool: 'weather', startedAt: null, endedAt: null, durationMs: null, isError: false };

describe('The timeline of calls', () => {
  it('splits an answer at its first token', () => {
    const call = callView('c1', 'r1', { attempts: [attemptView(1, 2000, 5000, { timeToFirstTokenMs: 700 })] });
    expect(spans(callPhases(call, start, start + 9000))).toEqual([
      ['waiting', 0, 2000],
      ['first-token', 2000, 2700],
      ['streaming', 2700, 5000],
    ]);
  });

  it('shows failed attempts and the pauses between them', () => {
    const failed = attemptView(1, 0, 1000, { answered: false, state: 'released', error: 'rate-limit' });
    const call = callView('c1', 'r1', { attempts: [attemptView(2, 3000, 4000), failed] });
    expect(spans(callPhases(call, start, start + 9000))).toEqual([
      ['failed', 0, 1000],
      ['retrying', 1000, 3000],
      ['first-token', 3000, 4000],
    ]);
  });

  it('draws what is in flight until now', () => {
    const call = callView('c1', 'r1', { attempts: [attemptView(1, 0, null, { timeToFirstTokenMs: 500 })] });
    expect(callPhases(call, null, start + 800).map(({ kind, live }) => [kind, live])).toEqual([
      ['first-token', undefined],
      ['streaming', true],
    ]);
    expect(spans(callPhases(call, null, start + 800)).at(-1)).toEqual(['streaming', 500, 800]);
  });

  it('shows how long a tool waited for its approval, and nothing of one that was not executed', () => {
    const asked = { ...tool, startedAt: start + 6000, endedAt: start + 7000, isError: true };
    expect(spans(toolPhases(asked, start + 1000, start))).toEqual([
      ['waiting', 1000, 6000],
      ['tool-failed', 6000, 7000],
    ]);
    expect(toolPhases(tool, start, start)).toEqual([]);
  });

  it("puts members below the tool call that asked for them, and the leader's next call after them", () => {
    const leader = (callId: string, from: number, more = {}) =>
      callView(callId, 'r1', { agent: 'desk', attempts: [attemptView(1, from, from + 900)], ...more });
    const calls = [
      leader('c3', 7000),
      callView('w1', 'r1.t1', {
        agent: 'writer',
        attempts: [attemptView(1, 2000, 6000)],
        tools: [{ ...tool, callId: 't9' }],
      }),
      leader('c1', 0, { tools: [{ ...tool, tool: 'delegate', startedAt: start + 950, endedAt: start + 6100 }] }),
      callView('x1', 'r1.t1.t9', { agent: 'typist', attempts: [attemptView(1, 3000, 5000)] }),
    ];
    const { rows, from, to } = timelineOf(run, calls, start + 9000);
    expect(rows.map(({ key, depth }) => [key, depth])).toEqual([
      ['c1', 0],
      ['c1/t1', 1],
      ['w1', 2],
      ['w1/t9', 3],
      ['x1', 4],
      ['c3', 0],
    ]);
    expect([from - start, to - start]).toEqual([0, 7900]);
    expect(spans(rows[1]?.phases ?? [])).toEqual([['tool', 2000, 6000]]);
  });

  it('shows the members of a broadcast before the leader who joins their answers', () => {
    const member = (number: number) =>
      callView(`b${number}`, `r1.m${number}`, { attempts: [attemptView(1, 10, 500 * number)] });
    const calls = [callView('c1', 'r1', { attempts: [attemptView(1, 1000, 2000)] }), member(1), member(2)];
    const { rows } = timelineOf(run, calls, start);
    expect(rows.map(({ key, depth }) => [key, depth])).toEqual([
      ['b1', 1],
      ['b2', 1],
      ['c1', 0],
    ]);
  });
});

function spans(phases: readonly { kind: string; from: number; to: number }[]): unknown[] {
  return phases.map(({ kind, from, to }) => [kind, from - start, to - start]);
}
