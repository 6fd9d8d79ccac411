import type { RunnableTool } from '../config/index.ts';
import { shownInput, type ApprovalDecision } from '../domain/approval.ts';
import { LoadlineError } from '../domain/errors.ts';
import { toolCallsOf, type ToolCallPart } from '../domain/messages.ts';
import { toRunMetrics } from '../domain/metrics.ts';
import type { RunResult, WaitingFor } from '../domain/run.ts';
import type { AskApprovalInput, RunRef } from '../domain/steps.ts';
import type { ActivityDeps } from './deps.ts';
import { withCodes } from './failures.ts';

/** Must somebody approve this call first? One that can't be executed goes back to the model without asking anybody. */
export async function asksFirst(
  { sessionId, runId, user, tenant }: RunRef,
  tool: RunnableTool,
  call: ToolCallPart,
): Promise<boolean> {
  if (tool.needsApproval === null) return false;
  const parsed = await tool.parseInput(call.input);
  if ('problem' in parsed) return false;
  return await tool.needsApproval(parsed.value, {
    sessionId,
    runId,
    callId: call.callId,
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
  });
}

/** Tells everyone that the run waits for somebody's word on these calls. */
export async function askApproval(deps: ActivityDeps, { run, at, text, calls }: AskApprovalInput): Promise<RunResult> {
  return await withCodes(async () => {
    const { sessionId, runId, messageId } = run;
    const [row, said] = await Promise.all([
      deps.store.run(sessionId, runId),
      deps.store.messagesOfRun(sessionId, runId),
    ]);
    if (row === null) throw new LoadlineError('RunNotFound', `Run ${runId} is not in the store`);
    const known = toolCallsOf(said.flatMap(({ parts }) => parts));
    const waitingFor = calls.map(({ callId, until, reason }): WaitingFor => {
      const call = known.find((one) => one.callId === callId);
      if (call === undefined) throw new LoadlineError('RunNotFound', `Run ${runId} has no tool call ${callId}`);
      return {
        kind: 'approval',
        callId,
        tool: call.tool,
        input: shownInput(call.input, calls.length),
        ...(until === undefined ? {} : { until }),
        ...(reason === undefined ? {} : { reason }),
      };
    });
    const asked = waitingFor.filter((_, index) => calls[index]?.isKnown !== true);
    const events = asked.map((one) => ({ type: 'approval.requested' as const, waitingFor: one }));
    const told = { type: 'run.waiting' as const, waitingFor };
    if (asked.length > 0) await deps.store.appendEvents(sessionId, runId, [...events, told], at);
    return {
      sessionId,
      runId,
      messageId,
      status: 'waiting',
      text,
      finishReason: 'tool-calls',
      waitingFor,
      metrics: toRunMetrics(row.totals, row.timeToFirstTokenMs),
      messageIds: said.map(({ id }) => id),
    };
  });
}

/** Keeps what was said to a question; the same again changes nothing. */
export async function storeDecision(
  deps: ActivityDeps,
  { sessionId, runId }: RunRef,
  callId: string,
  { approved, reason, at }: ApprovalDecision,
): Promise<void> {
  const event = { type: 'approval.decided' as const, callId, approved, ...(reason === undefined ? {} : { reason }) };
  await deps.store.appendEvents(sessionId, runId, [event], at);
}
