import { toRunnable } from '../../src/config/runnable-tool.ts';
import type { AnyTool, ToolContext } from '../../src/config/tool.ts';

/** What a tool is told in a call, without a session around it. */
export function toolContext(abortSignal: AbortSignal = new AbortController().signal): ToolContext {
  const nothing = (): void => undefined;
  return {
    abortSignal,
    idempotencyKey: 'run.call',
    attempt: 1,
    sessionId: 'session',
    runId: 'run',
    callId: 'call',
    heartbeat: nothing,
    recordUsage: nothing,
    addMetric: nothing,
    transcript: { read: async () => null, search: async () => [] },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  };
}

/** Calls a tool as a worker does: its input checked against the schema first. */
export async function callTool(tool: AnyTool | undefined, input: unknown, signal?: AbortSignal): Promise<unknown> {
  if (tool === undefined) throw new Error('There is no such tool');
  const runnable = toRunnable(tool);
  const parsed = await runnable.parseInput(input);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return await runnable.execute(parsed.value, toolContext(signal));
}
