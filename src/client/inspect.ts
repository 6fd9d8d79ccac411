import { LoadlineError } from '../domain/errors.ts';
import { toRunMetrics } from '../domain/metrics.ts';
import type { ListedCall, ListedToolCall } from '../store/call-list.ts';
import type { RunRow, SessionRow } from '../store/store.ts';
import type { Backend } from './backend.ts';
import type { CallView, CompactionView, InspectApi, RunPage, RunView, ToolCallView } from './inspect-api.ts';
import { pageLimit, rowsPage, statesOf } from './inspect-query.ts';
import { attemptView, ledgerView } from './ledger-view.ts';
import { makeReceipt } from './receipt.ts';

const runPage = { usual: 50, most: 500 };
const callPage = { usual: 500, most: 2000 };

/** Where it is read from. */
type Books = Pick<Backend, 'store' | 'simulator'>;

/** What stands behind a session's figures, read from the store alone. */
export function inspectSession(backend: () => Promise<Books>, sessionId: string): InspectApi {
  const opened = async (): Promise<Books & { readonly row: SessionRow }> => {
    const found = await backend();
    const row = await found.store.session(sessionId);
    if (row === null) throw new LoadlineError('SessionNotFound', `There is no session ${sessionId}`, { sessionId });
    return { ...found, row };
  };
  return {
    async runs(page = {}) {
      const { store } = await opened();
      const limit = pageLimit(page.limit, runPage);
      const rows = await store.runs(sessionId, { limit: limit + 1, ...beforeOf(page) });
      const runs = rows.slice(0, limit).map(runView);
      return { runs, cursor: rows.length > limit ? String(runs.at(-1)?.number) : null };
    },

    async calls({ runId, limit } = {}) {
      const { store } = await opened();
      const calls = await store.calls({
        sessionId,
        limit: pageLimit(limit, callPage),
        ...(runId === undefined ? {} : { runId }),
      });
      return calls.map(callView);
    },

    async request(callId, { attempt } = {}) {
      const { store } = await opened();
      // Tokenisers are large, and most who look at a session never ask what a model saw.
      const { requestView } = await import('./request-view.ts');
      return await requestView(store, { sessionId, callId, ...(attempt === undefined ? {} : { attempt }) });
    },

    async ledger({ state, limit, ...query } = {}) {
      const { store } = await opened();
      const states = statesOf(state);
      const page = await store.ledgerPage({
        ...query,
        sessionId,
        ...(states === undefined ? {} : { states }),
        limit: pageLimit(limit, rowsPage),
      });
      return ledgerView(page);
    },

    async compactions() {
      const { store } = await opened();
      const rows = await store.compactions(sessionId);
      return rows.map(({ sessionId: _, ...compaction }): CompactionView => compaction);
    },

    async receipt() {
      return await makeReceipt(await opened());
    },
  };
}

function beforeOf({ after }: RunPage): { readonly beforeNumber?: number } {
  if (after === undefined) return {};
  if (/^\d{1,15}$/.test(after)) return { beforeNumber: Number(after) };
  throw new LoadlineError('InvalidMessage', `"${after}" is no cursor of a page of runs`);
}

function runView(row: RunRow): RunView {
  const { runId, messageId, agent, number, status, startedAt, endedAt, totals, timeToFirstTokenMs, result } = row;
  const reason = result?.reason ?? result?.error?.message ?? null;
  const metrics = toRunMetrics(totals, timeToFirstTokenMs);
  return { runId, messageId, agent, number, status, reason, startedAt, endedAt, metrics };
}

function callView({ callId, member, attempts, plan, tools }: ListedCall): CallView {
  const [first] = attempts;
  if (first === undefined) throw new Error(`Call ${callId} has no attempt`);
  const { runId, agent, modelType } = first;
  return {
    callId,
    runId,
    agent,
    member,
    modelType,
    plan,
    attempts: attempts.map(attemptView),
    tools: tools.map(toolView),
  };
}

function toolView({ callId, tool, startedAt, result }: ListedToolCall): ToolCallView {
  const wasExecuted = startedAt !== null;
  return {
    callId,
    tool,
    startedAt: startedAt === null ? null : Date.parse(startedAt),
    endedAt: wasExecuted && result !== null ? Date.parse(result.at) : null,
    durationMs: result?.durationMs ?? null,
    isError: result?.isError ?? false,
  };
}
