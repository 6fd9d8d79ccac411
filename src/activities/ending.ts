import type { ResolvedAgent } from '../config/index.ts';
import type { FinishReason, RunResult } from '../domain/run.ts';

/** How an answer ends its run. */
export type Ending = Pick<RunResult, 'status' | 'output' | 'reason' | 'error'>;

export interface JudgedAnswer {
  readonly ending: Ending;
  /** What is wrong with an answer that was to fit the agent's output schema; `null`: it fits, or need not. */
  readonly misfit: string | null;
}

/** How a run ends with this answer: completed, cut off by its output limit, or with an output that does not fit. */
export async function judgeAnswer(
  agent: ResolvedAgent,
  text: string,
  finishReason: FinishReason,
): Promise<JudgedAnswer> {
  if (finishReason === 'length') {
    const { maxOutputTokens } = agent.spec.limits;
    const reason = `the answer was cut off at its output limit (maxOutputTokens ${maxOutputTokens}, or what the window left)`;
    return { ending: { status: 'limit', reason }, misfit: null };
  }
  if (agent.spec.output === null || finishReason !== 'stop') return { ending: { status: 'completed' }, misfit: null };
  const checked = await agent.parseOutput(text);
  if ('value' in checked) return { ending: { status: 'completed', output: checked.value }, misfit: null };
  const message = `The answer does not fit the agent's output schema: ${checked.problem}`;
  return {
    ending: { status: 'failed', reason: message, error: { code: 'ProviderError', message } },
    misfit: checked.problem,
  };
}
