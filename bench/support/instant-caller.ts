import type { AiSdkModel } from '../../src/providers/ai-sdk/model.ts';
import { instantModel } from './instant-model.ts';

const usage = {
  inputTokens: { total: 30, noCache: 30, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 4, text: 4, reasoning: 0 },
};

function callOf(toolName: string, input: object, id: number): ReadableStream<object> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue({ type: 'stream-start', warnings: [] });
      controller.enqueue({ type: 'tool-call', toolCallId: `c${id}`, toolName, input: JSON.stringify(input) });
      controller.enqueue({ type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage });
      controller.close();
    },
  });
}

/** Answers at once, as `instantModel`, once it has called a tool so often in a row. */
export function instantCaller(modelId: string, tool: string, input: object, times: number): AiSdkModel {
  return {
    ...instantModel,
    modelId,
    doStream(options: never) {
      const { prompt } = options as unknown as { readonly prompt: readonly { readonly role: string }[] };
      const since = prompt.slice(prompt.findLastIndex(({ role }) => role === 'user') + 1);
      const called = since.filter(({ role }) => role === 'tool').length;
      return called < times ? Promise.resolve({ stream: callOf(tool, input, called) }) : instantModel.doStream(options);
    },
  };
}
