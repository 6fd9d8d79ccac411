import type { ResolvedAgent } from '../config/index.ts';
import type { FinishReason, RunResult } from '../domain/run.ts';

type Ending = Pick<RunResult, 'status' | 'output' | 'reason' | 'error'>;

/** How a run ends with this answer: completed, cut off by its output limit, or with an output that does not fit. */
export async function endingOf(agent: ResolvedAgent, text: string, finishReason: FinishReason): Promise<Ending> {
  if (finishReason === 'length') {
    const { maxOutputTokens } = agent.spec.limits;
    return {
      status: 'limit',
      reason: `the answer was cut off at its output limit (maxOutputTokens ${maxOutputTokens}, or what the window left)`,
    };
  }
  if (agent.spec.output === null || finishReason !== 'stop') return { status: 'completed' };
  const checked = await agent.parseOutput(text);
  if ('value' in checked) return { status: 'completed', output: checked.value };
  const message = `The answer does not fit the agent's output schema: ${checked.problem}`;
  return { status: 'failed', reason: message, error: { code: 'ProviderError', message } };
}
