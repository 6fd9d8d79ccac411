import { describe, expect, it } from '@jest/globals';
import type { EventBody } from '../../src/domain/events.ts';
import { waitsAfter, type Wait } from '../../src/domain/waits.ts';

const waiting = (...callIds: readonly string[]): EventBody => ({
  type: 'run.waiting',
  waitingFor: callIds.map((callId) => ({ kind: 'approval', callId, tool: 'refund', input: { amount: 40 } })),
});
const decided = (callId: string): EventBody => ({ type: 'approval.decided', callId, approved: true });
const ended = { type: 'run.ended' } as EventBody;
const called = { type: 'call.started' } as EventBody;

const after = (...events: readonly (readonly [runId: string, event: EventBody])[]) =>
  events.reduce<readonly Wait[]>((waits, [runId, event]) => waitsAfter(waits, runId, event), []);

describe('what a session waits for', () => {
  it('is there until each call is decided, whatever else goes on meanwhile', () => {
    const asked = [['s.1.m1', waiting('t1', 't2')] as const, ['s.1.m2', called] as const];
    expect(after(...asked)).toEqual(
      ['t1', 't2'].map((callId) => ({ runId: 's.1.m1', kind: 'approval', callId, tool: 'refund' })),
    );
    expect(after(...asked, ['s.1.m1', decided('t1')]).map(({ callId }) => callId)).toEqual(['t2']);
    expect(after(...asked, ['s.1.m1', decided('t1')], ['s.1.m1', decided('t2')])).toEqual([]);
  });

  it('is a budget until the run that needs it makes its call', () => {
    const short = ['s.1', { type: 'run.waiting', waitingFor: [{ kind: 'budget' }] }] as const;
    expect(after(short, ['s.1.m1', called])).toEqual([{ runId: 's.1', kind: 'budget' }]);
    expect(after(short, ['s.1', called])).toEqual([]);
  });

  it('is gone with its run and with the runs of its members, not with a run of a like number', () => {
    expect(after(['s.1.m1', waiting('t1')], ['s.1', ended])).toEqual([]);
    expect(after(['s.10', waiting('t1')], ['s.1', ended])).toHaveLength(1);
  });
});
