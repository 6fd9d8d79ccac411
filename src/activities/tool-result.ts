import { MediaOutput } from '../config/media-output.ts';
import type { ToolCallPart, ToolResultPart } from '../domain/messages.ts';
import type { EventBody } from '../domain/events.ts';
import { excerptOfResult } from '../domain/references.ts';
import type { ToolInput } from '../domain/steps.ts';
import { estimateMessage } from '../models/index.ts';
import type { BlobStore, RunStore } from '../store/store.ts';
import { storeMedia } from './media.ts';
import { untilStored } from './until-stored.ts';

/** How a tool call ended. */
export interface ToolEnd {
  readonly output: unknown;
  readonly isError: boolean;
  /** Nobody let it be executed. */
  readonly isDenied?: true;
  /** Members worked on it: their tools' time counts, and the rest of theirs is no tool's. */
  readonly isDelegated?: true;
  readonly additionalMetrics: Readonly<Record<string, number>>;
}

export function failure(message: string): ToolEnd {
  return { output: message, isError: true, additionalMetrics: {} };
}

/** Stores a call's result, in one transaction with its events; a long one is kept beside the transcript. */
export async function storeResult(
  store: RunStore & BlobStore,
  input: ToolInput,
  { callId, tool }: ToolCallPart,
  { output, isError, isDenied, isDelegated, additionalMetrics }: ToolEnd,
  durationMs: number,
): Promise<void> {
  const { sessionId, runId } = input.run;
  const at = new Date().toISOString();
  const [shown, media] = output instanceof MediaOutput ? [output.text, output.media] : [output, []];
  const kept = await untilStored(() => keep(store, shown));
  const stored = await untilStored(() => storeMedia(media, store));
  const part: ToolResultPart = { type: 'tool-result', callId, tool, ...kept, isError };
  const parts = [part, ...stored];
  const ended: EventBody = { type: 'tool.ended', callId, tool, isError, durationMs };
  await untilStored(() =>
    store.storeToolResult({
      sessionId,
      runId,
      message: {
        id: `${runId}.${callId}`,
        runId,
        role: 'tool',
        parts,
        createdAt: at,
        tokens: estimateMessage(parts),
      },
      events: isDenied === true ? [] : [ended],
      durationMs: isDenied === true ? null : isDelegated === true ? 0 : durationMs,
      isError,
      additionalMetrics,
      at,
    }),
  );
}

async function keep(store: BlobStore, output: unknown): Promise<Pick<ToolResultPart, 'output' | 'storedAs'>> {
  const isText = typeof output === 'string';
  const text = isText ? output : (JSON.stringify(output) ?? '');
  const excerpt = excerptOfResult(text);
  if (excerpt === null) return { output };
  const storedAs = await store.putBlob(Buffer.from(text), isText ? 'text/plain' : 'application/json');
  return { output: excerpt, storedAs };
}
