import type { AiSdkModel } from '../../src/providers/ai-sdk/model.ts';

const usage = {
  inputTokens: { total: 30, noCache: 30, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 4, text: 4, reasoning: 0 },
};

function parts(): ReadableStream<object> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] });
      controller.enqueue({ type: 'text-start', id: '1' });
      controller.enqueue({ type: 'text-delta', id: '1', delta: 'An instant answer.' });
      controller.enqueue({ type: 'text-end', id: '1' });
      controller.enqueue({ type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage });
      controller.close();
    },
  });
}

/** A model that answers at once and in this process: what is left of a run's time is ours. */
export const instantModel: AiSdkModel = {
  specificationVersion: 'v4',
  provider: 'bench',
  modelId: 'instant',
  doStream: () => Promise.resolve({ stream: parts() }),
};
