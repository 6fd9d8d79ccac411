import { isDelta, type DeltaEvent, type RunEvent, type StoredEvent } from '../../../../src/domain/events.ts';

/** An answer as far as it is written, until its message is stored and read. */
export interface Draft {
  readonly callId: string;
  readonly runId: string;
  readonly agent: string;
  readonly attempt: number;
  readonly text: string;
  readonly reasoning: string;
  /** The event after which nothing is added to it; `null`: it is being written. */
  readonly endedBy: number | null;
}

/** A call that a provider works on: what it adds to the figures is not known yet. */
export interface CallInFlight {
  readonly callId: string;
  readonly runId: string | null;
  readonly agent: string | null;
  readonly modelType: string;
  readonly inputTokensEstimated: number;
}

export type ToolActivity = 'running' | 'done' | 'failed';

/** What a session's events say of right now. */
export interface Live {
  /** Stored events, oldest first; of a long session the latest. */
  readonly events: readonly StoredEvent[];
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly inFlight: ReadonlyMap<string, CallInFlight>;
  readonly tools: ReadonlyMap<string, ToolActivity>;
}

export const nothingYet: Live = { events: [], drafts: new Map(), inFlight: new Map(), tools: new Map() };

const mostEvents = 4_000;

/** The state after these events came, in their order. */
export function applyEvents(live: Live, batch: readonly RunEvent[]): Live {
  const drafts = new Map(live.drafts);
  const inFlight = new Map(live.inFlight);
  const tools = new Map(live.tools);
  const stored: StoredEvent[] = [];
  for (const event of batch) {
    if (isDelta(event)) {
      drafts.set(event.callId, addDelta(drafts.get(event.callId), event));
      continue;
    }
    stored.push(event);
    applyStored(event, { drafts, inFlight, tools });
  }
  const events = stored.length === 0 ? live.events : [...live.events, ...stored].slice(-mostEvents);
  return { events, drafts, inFlight, tools };
}

interface Changing {
  readonly drafts: Map<string, Draft>;
  readonly inFlight: Map<string, CallInFlight>;
  readonly tools: Map<string, ToolActivity>;
}

function applyStored(event: StoredEvent, { drafts, inFlight, tools }: Changing): void {
  switch (event.type) {
    case 'call.started': {
      const { callId, runId = null, agent = null, modelType, inputTokensEstimated } = event;
      inFlight.set(callId, { callId, runId, agent, modelType, inputTokensEstimated });
      return;
    }
    case 'call.ended':
      inFlight.delete(event.callId);
      endDraft(drafts, event.callId, event.id);
      return;
    case 'call.failed':
      inFlight.delete(event.callId);
      if (event.retryInMs === null && event.nextModel === undefined) endDraft(drafts, event.callId, event.id);
      return;
    case 'tool.started':
      tools.set(event.callId, 'running');
      return;
    case 'tool.ended':
      tools.set(event.callId, event.isError ? 'failed' : 'done');
      return;
    case 'run.ended': {
      // A cancelled run's calls may have ended without a word.
      const { runId } = event.result;
      const isOfRun = (of: string | null): boolean => of === runId || of?.startsWith(`${runId}.`) === true;
      for (const call of inFlight.values()) if (isOfRun(call.runId)) inFlight.delete(call.callId);
      for (const draft of drafts.values()) if (isOfRun(draft.runId)) endDraft(drafts, draft.callId, event.id);
      return;
    }
    case 'session.closed':
      inFlight.clear();
      for (const callId of drafts.keys()) endDraft(drafts, callId, event.id);
      return;
    default:
  }
}

function endDraft(drafts: Map<string, Draft>, callId: string, endedBy: number): void {
  const draft = drafts.get(callId);
  if (draft !== undefined && draft.endedBy === null) drafts.set(callId, { ...draft, endedBy });
}

function addDelta(before: Draft | undefined, event: DeltaEvent): Draft {
  const { callId, attempt, runId = '', agent = '' } = event;
  const fresh: Draft = { callId, runId, agent, attempt, text: '', reasoning: '', endedBy: null };
  if (event.type === 'text.reset') return fresh;
  const draft = before === undefined || before.attempt < attempt ? fresh : before;
  // A piece of an attempt that has been given up.
  if (attempt < draft.attempt) return draft;
  const field = event.type === 'text.delta' ? 'text' : 'reasoning';
  return { ...draft, [field]: draft[field].slice(0, event.offset) + event.delta };
}

/** Drafts whose message is read, or will not come, go. */
export function dropDrafts(live: Live, isAnswered: (callId: string) => boolean, readThrough: number): Live {
  const stay = [...live.drafts.values()].filter(
    ({ callId, endedBy }) => !isAnswered(callId) && (endedBy === null || endedBy > readThrough),
  );
  if (stay.length === live.drafts.size) return live;
  return { ...live, drafts: new Map(stay.map((draft) => [draft.callId, draft])) };
}
