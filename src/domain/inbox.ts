import { limitsProblem, maxQueued, messageProblem, orderProblemOf, partsOf, utf8Bytes } from './admission.ts';
import { applyLimits, defaultLimits, defaultThresholds, type LimitsInForce, type LimitsPatch } from './agent.ts';
import { recentMessages, type CarriedState } from './carried.ts';
import { closedFacts } from './closed-words.ts';
import type { ErrorFacts } from './errors.ts';
import type { SendInput } from './run.ts';
import type { SessionInput } from './session.ts';
import type { QueuedMessage } from './steps.ts';

/** The agent's limits with the session's own changes on top. */
export function limitsInForce({ definition, patch }: CarriedState): LimitsInForce {
  const base = definition ?? { limits: defaultLimits, thresholds: defaultThresholds };
  return applyLimits({ limits: base.limits, thresholds: base.thresholds }, patch);
}

/** The session's changes with these on top. */
export function mergePatches(before: LimitsPatch, { thresholds, ...limits }: LimitsPatch): LimitsPatch {
  return {
    ...before,
    ...limits,
    thresholds: {
      context: { ...before.thresholds?.context, ...thresholds?.context },
      session: { ...before.thresholds?.session, ...thresholds?.session },
    },
  };
}

/** What is wrong with a change of limits; `null`: nothing. */
export function patchProblem(state: CarriedState, patch: unknown): ErrorFacts | null {
  const problem = limitsProblem(patch);
  if (problem !== null) return problem;
  return orderProblemOf(applyLimits(limitsInForce(state), patch as LimitsPatch).thresholds);
}

/** Why this message can't be taken; `null`: it can, or it is known already. */
export function refusalOf(
  state: CarriedState,
  { sessionId, agent }: SessionInput,
  argument: unknown,
): ErrorFacts | null {
  const problem = messageProblem(argument, limitsInForce(state).limits);
  if (problem !== null) return problem;
  const message = argument as SendInput;
  if (message.agent !== undefined && message.agent !== agent) {
    return {
      code: 'SessionExists',
      message: `Session ${sessionId} belongs to agent ${agent}, not to ${message.agent}. Choose another session id`,
    };
  }
  if (message.messageId !== undefined && knownRun(state, message.messageId) !== undefined) return null;
  const closed = closedRefusal(state, sessionId) ?? overtakenRefusal(state, sessionId, message);
  if (closed !== null) return closed;
  if (state.queue.length < maxQueued) return null;
  return { code: 'QueueFull', message: `${maxQueued} messages are waiting already. Send again when some are answered` };
}

/** Another message was accepted since the one whose run the sender has read. */
function overtakenRefusal(state: CarriedState, sessionId: string, { after }: SendInput): ErrorFacts | null {
  const latest = runIdOf(sessionId, state.accepted);
  if (after === undefined || after === latest) return null;
  return {
    code: 'InvalidMessage',
    message: `Run ${after} is not the latest of session ${sessionId}: ${latest} is. A message can only follow the latest`,
    details: { after, latest },
  };
}

export function closedRefusal({ closing }: CarriedState, sessionId: string): ErrorFacts | null {
  if (closing === null) return null;
  return closedFacts({ sessionId, closedAt: null, closedReason: closing.reason });
}

/** @param open sends that wait for their runs, duplicates too. */
export function slotsRefusal(state: CarriedState, open: number): ErrorFacts | null {
  const { queue } = limitsInForce(state).limits;
  if (open < queue) return null;
  return {
    code: 'QueueFull',
    message: `${open} sends are open already; ${queue} are allowed at once. Send again when one is answered, or signal the message with \`loadline send --background\``,
    details: { open, limit: queue },
  };
}

/** Why the context can't be compacted now; `null`: it can. */
export function compactRefusal(state: CarriedState, sessionId: string, asked: boolean): ErrorFacts | null {
  const closed = closedRefusal(state, sessionId);
  if (closed !== null) return closed;
  if (asked) return { code: 'QueueFull', message: 'A compaction is asked for already. Ask again when it has ended' };
  if (state.current === null || state.current.waiting === null) return null;
  const { runId } = state.current.message;
  const message = `Run ${runId} waits; a compaction comes between two steps. Cancel the run, or end its waiting, first`;
  return { code: 'LimitReached', message };
}

/** The run of a message that is open or came of late. */
export function knownRun(state: CarriedState, messageId: string): string | undefined {
  const open = [...state.queue, ...(state.current === null ? [] : [state.current.message])];
  return [...open, ...state.recent].find((one) => one.messageId === messageId)?.runId;
}

export function isOpen({ current, queue }: CarriedState, runId: string): boolean {
  return current?.message.runId === runId || queue.some((message) => message.runId === runId);
}

function runIdOf(sessionId: string, number: number): string {
  return `${sessionId}.${number}`;
}

/** Gives a message its run. */
export function nextRunId(state: CarriedState, sessionId: string, messageId: string): string {
  state.accepted += 1;
  const runId = runIdOf(sessionId, state.accepted);
  state.recent = [...state.recent, { messageId, runId }].slice(-recentMessages);
  return runId;
}

/** Takes a message that was not refused. */
export function enqueue(state: CarriedState, sessionId: string, messageId: string, argument: SendInput): string {
  const { metadata, run } = argument;
  const runId = nextRunId(state, sessionId, messageId);
  const parts = partsOf(argument);
  state.queue.push({
    runId,
    messageId,
    parts,
    ...(metadata === undefined ? {} : { metadata }),
    ...(run === undefined ? {} : { run }),
  });
  return runId;
}

/** Takes a queued message out again; `null` when none has this run. */
export function dequeue(state: CarriedState, runId: string): QueuedMessage | null {
  const queued = state.queue.find((message) => message.runId === runId) ?? null;
  state.queue = state.queue.filter((message) => message !== queued);
  return queued;
}

/** Queued texts that are carried over as they are; the rest waits in the store, since an input past 2 MiB ends a workflow. */
const carriedQueueBytes = 65_536;

/** The largest queued message, while all together are too large to be carried; `null`: they are not. */
export function messageToStash({ queue }: CarriedState): QueuedMessage | null {
  const sizes = queue.map(({ parts, metadata }) => utf8Bytes(JSON.stringify([parts, metadata])));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= carriedQueueBytes) return null;
  return queue[sizes.indexOf(Math.max(...sizes))] ?? null;
}
