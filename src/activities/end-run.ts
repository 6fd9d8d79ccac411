import { toolCallsOf, type ToolResultPart } from '../domain/messages.ts';
import { LoadlineError } from '../domain/errors.ts';
import { toRunMetrics } from '../domain/metrics.ts';
import type { EndedRun, EndRunInput } from '../domain/steps.ts';
import type { NewMessage, StoredMessage } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { contentOf } from './media.ts';
import { latestMemberText, messageOfMember } from './members.ts';
import { estimateMessage } from '../models/index.ts';
import { thresholdFacts, thresholdRules } from './threshold-facts.ts';

/**
 * Ends a run that no answer ended: cancelled, failed, or at a limit. Its open ledger rows are closed; tool calls that
 * were not executed get a result that says so, since a request with a parted pair is refused by every provider.
 */
export async function endRun(deps: ActivityDeps, input: EndRunInput): Promise<EndedRun> {
  const { run, status, finishReason, reason, error } = input;
  const { sessionId, runId, messageId, agent } = run;
  const at = new Date().toISOString();
  const said = await deps.store.messagesOfRun(sessionId, runId);
  const text = await textOfRun(deps, input);
  const notExecuted = unansweredTools(said, runId, reason ?? status, at);
  const partial = partialAnswer({ run, text }, said, at);
  const { member } = run;
  const thresholds = thresholdRules(member === undefined ? deps.agents.get(agent) : undefined, input.thresholds);
  const ended = await deps.store.endRun({
    sessionId,
    runId,
    messageId,
    agent,
    message: said.length > 0 ? null : await userMessage(deps, input),
    ...(member === undefined ? {} : { parentRunId: member.parentRunId }),
    messages: [...notExecuted, ...partial],
    build: ({ totals, timeToFirstTokenMs, messageIds }) => ({
      sessionId,
      runId,
      messageId,
      status,
      text,
      finishReason,
      ...(reason === undefined ? {} : { reason }),
      ...(error === undefined ? {} : { error }),
      metrics: toRunMetrics(totals, timeToFirstTokenMs),
      messageIds,
    }),
    thresholds,
    at,
  });
  const session = await deps.store.session(sessionId);
  if (session === null) throw new LoadlineError('SessionNotFound', `Session ${sessionId} is not in the store`);
  return { ...ended, ...thresholdFacts(session, thresholds, false) };
}

/** What there is of an answer when a limit ends a team's run: a member may have written it. */
async function textOfRun(deps: ActivityDeps, { run, text, status }: EndRunInput): Promise<string> {
  const isLeader = deps.agents.get(run.agent)?.spec.team !== undefined;
  return text === '' && status === 'limit' && isLeader ? await latestMemberText(deps, run) : text;
}

async function userMessage(deps: ActivityDeps, input: EndRunInput): Promise<NewMessage | null> {
  if (input.message === undefined) return null;
  if (input.run.member !== undefined) {
    return await messageOfMember(deps, input.run, input.run.member, input.runStartedAt);
  }
  const { parts } = await contentOf(deps.store, input.message);
  if (parts.length === 0) return null;
  const { runId } = input.run;
  const tokens = estimateMessage(parts);
  return { id: `${runId}.user`, runId, role: 'user', parts, createdAt: input.runStartedAt, tokens };
}

/** What the model had written when it was stopped stays in the transcript. */
function partialAnswer(
  { run, text }: Pick<EndRunInput, 'run' | 'text'>,
  said: readonly StoredMessage[],
  createdAt: string,
): NewMessage[] {
  const known = said.some((message) => message.parts.some((part) => part.type === 'text' && part.text === text));
  if (text === '' || known) return [];
  const parts = [{ type: 'text', text } as const];
  const tokens = estimateMessage(parts);
  return [
    { id: `${run.runId}.partial`, runId: run.runId, role: 'assistant', agent: run.agent, parts, createdAt, tokens },
  ];
}

/** Results for tool calls that have none. */
export function unansweredTools(
  said: readonly StoredMessage[],
  runId: string,
  reason: string,
  createdAt: string,
): NewMessage[] {
  const parts = said.flatMap((message) => message.parts);
  const answered = new Set(parts.map((part) => (part.type === 'tool-result' ? part.callId : '')));
  const open = toolCallsOf(parts).filter((call) => !answered.has(call.callId));
  return open.map(({ callId, tool }) => {
    const result: ToolResultPart = {
      type: 'tool-result',
      callId,
      tool,
      output: `not executed: ${reason}`,
      isError: true,
    };
    const tokens = estimateMessage([result]);
    return { id: `${runId}.${callId}`, runId, role: 'tool' as const, parts: [result], createdAt, tokens };
  });
}
