import { describe, expect, it } from '@jest/globals';
import type { DeltaEvent, StoredEvent } from '../../src/domain/events.ts';
import type { NumberedMessage } from '../../web/src/api/sessions.ts';
import { mergePage } from '../../web/src/sessions/merge-page.ts';
import { limitGroups, patchOf, shownLimit } from '../../web/src/session/actions/limit-fields.ts';
import { liveTokens } from '../../web/src/session/live/figures.ts';
import { applyEvents, dropDrafts, nothingYet } from '../../web/src/session/live/live-state.ts';
import { membersOfCall, threadOf, type ThreadItem } from '../../web/src/session/thread/thread-items.ts';
import { defaultLimits, defaultThresholds } from '../../src/domain/agent.ts';

const base = { at: '2026-11-22T10:00:00.000Z', sessionId: 's', runId: 's.1', agent: 'clerk' };

function delta(type: DeltaEvent['type'], offset: number, text: string, attempt = 1): DeltaEvent {
  return { ...base, type, callId: 's.1.1', attempt, offset, delta: text };
}

function stored(id: number, event: object): StoredEvent {
  return { ...base, id, ...event } as StoredEvent;
}

const started = stored(1, { type: 'call.started', callId: 's.1.1', modelType: 'model', inputTokensEstimated: 40 });
const ended = stored(2, { type: 'call.ended', callId: 's.1.1' });

describe('a session as it is followed', () => {
  it('puts an answer together from its deltas, whatever came twice', () => {
    const live = applyEvents(nothingYet, [delta('text.delta', 0, 'Good '), delta('text.delta', 5, 'morning')]);
    const again = applyEvents(live, [delta('text.delta', 5, 'morning, Ann')]);
    expect(again.drafts.get('s.1.1')?.text).toBe('Good morning, Ann');
  });

  it('begins anew with another attempt, and takes no late piece of the one before', () => {
    const first = applyEvents(nothingYet, [delta('text.delta', 0, 'Lost'), delta('reasoning.delta', 0, 'Hm')]);
    const second = applyEvents(first, [delta('text.reset', 0, '', 2), delta('text.delta', 4, ' too late', 1)]);
    expect(second.drafts.get('s.1.1')).toMatchObject({ attempt: 2, text: '', reasoning: '' });
  });

  it('keeps a draft until its message is read, and drops it where none will come', () => {
    const live = applyEvents(nothingYet, [started, delta('text.delta', 0, 'Half'), ended]);
    expect(dropDrafts(live, () => false, 1).drafts.size).toBe(1);
    expect(dropDrafts(live, () => true, 0).drafts.size).toBe(0);
    expect(dropDrafts(live, () => false, 2).drafts.size).toBe(0);
  });

  it('counts what is in flight as a guess on top of what is known, and as nothing once it has ended', () => {
    const live = applyEvents(nothingYet, [started, delta('text.delta', 0, '12345678')]);
    expect(liveTokens({ totalTokens: 100 }, live)).toBe(100 + 40 + 2);
    expect(liveTokens({ totalTokens: 100 }, applyEvents(live, [ended]))).toBe(100);
    const cancelled = stored(3, { type: 'run.ended', result: { runId: 's.1' } });
    expect(applyEvents(live, [cancelled]).inFlight.size).toBe(0);
  });
});

describe('a conversation', () => {
  function message(number: number, id: string, runId: string, role: NumberedMessage['role']): NumberedMessage {
    return { id, runId, role, agent: 'clerk', parts: [], createdAt: `2026-11-22T10:00:0${number}.000Z`, number };
  }
  const keys = (items: readonly ThreadItem[]): readonly string[] => items.map(({ key }) => key);
  const parts = { sessionId: 's.x', hasEarlier: false, drafts: [], pending: [], events: [] };

  it('tells events between what was said, and the work of members below the call that gave it out', () => {
    const messages = [
      message(1, 's.x.1.user', 's.x.1', 'user'),
      message(2, 's.x.1.1.answer', 's.x.1', 'assistant'),
      message(3, 's.x.1.t1.user', 's.x.1.t1', 'user'),
      message(4, 's.x.1.t1.1.answer', 's.x.1.t1', 'assistant'),
      message(5, 's.x.1.2.answer', 's.x.1', 'assistant'),
    ];
    const event = stored(7, { type: 'session.closed', at: '2026-11-22T10:00:04.500Z' });
    const thread = threadOf({ ...parts, messages, events: [event] });
    expect(keys(thread.items)).toEqual(['s.x.1.user', 's.x.1.1.answer', 'e7', 's.x.1.2.answer']);
    const [member] = membersOfCall(thread, 's.x.1', 't1');
    expect(keys(member?.items ?? [])).toEqual(['s.x.1.t1.user', 's.x.1.t1.1.answer']);
  });

  it('shows no draft beside the message that it became', () => {
    const messages = [message(1, 's.x.1.1.answer', 's.x.1', 'assistant')];
    const draft = {
      callId: 's.x.1.1',
      runId: 's.x.1',
      agent: 'clerk',
      attempt: 1,
      text: 'a',
      reasoning: '',
      endedBy: 2,
    };
    expect(keys(threadOf({ ...parts, messages, drafts: [draft] }).items)).toEqual(['s.x.1.1.answer']);
  });
});

describe('the list of sessions', () => {
  const item = (sessionId: string) => ({ sessionId, createdAt: `2026-11-22T10:00:${sessionId}.000Z` });
  const ids = (items: readonly { readonly sessionId: string }[]): string => items.map((one) => one.sessionId).join(' ');
  const items = ['50', '40', '30', '20', '10'].map(item);

  it('takes a page that is read anew in its place: what came in pushes nothing out, what is gone goes', () => {
    const first = mergePage(items, ['60', '50', '40'].map(item), { after: null, isLast: false });
    expect(ids(first)).toBe('60 50 40 30 20 10');
    const middle = mergePage(items, ['20'].map(item), { after: item('40'), isLast: false });
    expect(ids(middle)).toBe('50 40 20 10');
    expect(ids(mergePage(items, [], { after: item('40'), isLast: true }))).toBe('50 40');
  });
});

describe('limits as they are edited', () => {
  const inForce = { limits: defaultLimits, thresholds: defaultThresholds };

  it('shows fractions as percent, and none as nothing', () => {
    const shown = Object.fromEntries(
      limitGroups.flatMap(({ fields }) => fields.map((field) => [field.path, shownLimit(inForce, field)])),
    );
    expect(shown).toMatchObject({
      'thresholds.context.warn': '75',
      'thresholds.session.tokens': '',
      callsPerRun: '25',
    });
  });

  it('asks for what was changed and nothing else, and for nothing that is no limit', () => {
    const edited = { 'thresholds.context.warn': '60', 'thresholds.session.tokens': '20,000', callsPerRun: '25' };
    expect(patchOf(inForce, edited)).toEqual({ thresholds: { context: { warn: 0.6 }, session: { tokens: 20_000 } } });
    expect(patchOf(inForce, { 'thresholds.context.stop': '' })).toEqual({ thresholds: { context: { stop: null } } });
    expect(patchOf(inForce, { callsPerRun: '' })).toBeNull();
    expect(patchOf(inForce, { runSeconds: 'soon' })).toBeNull();
  });
});
