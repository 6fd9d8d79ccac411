import type { Part, ReasoningPart, ToolCallPart } from '../domain/messages.ts';
import type { UsageClasses } from '../domain/usage.ts';
import { newCallId } from './call-id.ts';
import type { FailureFacts, ModelAnswer, ModelDelta } from './provider.ts';
import { parseToolInput } from './tool-input.ts';

interface DraftText {
  readonly type: 'text';
  text: string;
}

interface DraftReasoning {
  readonly type: 'reasoning';
  text: string;
  providerData: unknown;
}

interface DraftToolCall {
  readonly type: 'tool-call';
  readonly key: unknown;
  readonly callId: string;
  tool: string;
  argumentsText: string;
  providerData: unknown;
}

type DraftPart = DraftText | DraftReasoning | DraftToolCall;

/** An answer while it streams in: what every wire writes to, whatever its events look like. */
export class AnswerDraft {
  /** What the provider has told so far; the last word is the one that counts. */
  usage: UsageClasses | null = null;
  /** `null` until the provider says that the answer is whole. */
  finishReason: ModelAnswer['finishReason'] | null = null;
  /** The model declined, in words that are text like any other. */
  refused = false;
  readonly #startedAt = performance.now();
  readonly #onDelta: (delta: ModelDelta) => void;
  readonly #parts: DraftPart[] = [];
  readonly #metrics: Record<string, unknown> = {};
  #timeToFirstTokenMs: number | null = null;

  constructor(onDelta: (delta: ModelDelta) => void) {
    this.#onDelta = onDelta;
  }

  addText(delta: string): void {
    if (delta === '') return;
    this.#noteToken();
    const last = this.#parts.at(-1);
    if (last?.type === 'text') last.text += delta;
    else this.#parts.push({ type: 'text', text: delta });
    this.#onDelta({ kind: 'text', delta });
  }

  addReasoning(delta: string): void {
    if (delta === '') return;
    this.#noteToken();
    this.#openReasoning().text += delta;
    this.#onDelta({ kind: 'reasoning', delta });
  }

  /** Ends the open reasoning part with what the provider wants back; reasoning that is secret has nothing else. */
  closeReasoning(providerData: unknown): void {
    this.#noteToken();
    this.#openReasoning().providerData = providerData;
  }

  /** `key` tells the calls of one answer apart while their arguments arrive in pieces. */
  addToolCall(
    key: unknown,
    piece: { readonly tool?: string; readonly argumentsText?: string; readonly providerData?: unknown },
  ): void {
    this.#noteToken();
    const call = this.#toolCall(key);
    // Some servers repeat the name in every piece.
    if (call.tool === '') call.tool = piece.tool ?? '';
    call.argumentsText += piece.argumentsText ?? '';
    if (piece.providerData !== undefined) call.providerData = piece.providerData;
  }

  /** The whole arguments, for providers that repeat them at the end. */
  setToolArguments(key: unknown, argumentsText: string): void {
    this.#toolCall(key).argumentsText = argumentsText;
  }

  /** Top-level fields that are not content; a later value replaces an earlier one, `null` replaces nothing. */
  addMetrics(fields: object, content: ReadonlySet<string>): void {
    for (const [name, value] of Object.entries(fields)) {
      if (content.has(name) || value === undefined) continue;
      if (value !== null || !(name in this.#metrics)) this.#metrics[name] = value;
    }
  }

  partial(): NonNullable<FailureFacts['partial']> {
    const text = this.#parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    return { text, usage: this.usage, timeToFirstTokenMs: this.#timeToFirstTokenMs };
  }

  /** The answer, once there is a finish reason; until then `null`. */
  answer(): ModelAnswer | null {
    if (this.finishReason === null) return null;
    const parts = this.#parts.flatMap(toPart);
    const calls = parts.some((part) => part.type === 'tool-call');
    return {
      parts,
      finishReason: this.#refine(this.finishReason, calls),
      usage: this.usage,
      providerMetrics: this.#metrics,
      timeToFirstTokenMs: this.#timeToFirstTokenMs,
    };
  }

  /** "Stop" is what many say after a refusal, and some after a tool call too. */
  #refine(reason: ModelAnswer['finishReason'], calls: boolean): ModelAnswer['finishReason'] {
    if (reason !== 'stop') return reason;
    if (this.refused) return 'refusal';
    return calls ? 'tool-calls' : 'stop';
  }

  #noteToken(): void {
    this.#timeToFirstTokenMs ??= performance.now() - this.#startedAt;
  }

  #openReasoning(): DraftReasoning {
    const last = this.#parts.at(-1);
    if (last?.type === 'reasoning' && last.providerData === undefined) return last;
    const part: DraftReasoning = { type: 'reasoning', text: '', providerData: undefined };
    this.#parts.push(part);
    return part;
  }

  #toolCall(key: unknown): DraftToolCall {
    const found = this.#parts.find((part) => part.type === 'tool-call' && part.key === key);
    if (found?.type === 'tool-call') return found;
    const call: DraftToolCall = {
      type: 'tool-call',
      key,
      callId: newCallId(),
      tool: '',
      argumentsText: '',
      providerData: undefined,
    };
    this.#parts.push(call);
    return call;
  }
}

function toPart(part: DraftPart): Part[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text }];
  const signed = part.providerData === undefined ? {} : { providerData: part.providerData };
  if (part.type === 'reasoning') return [{ type: 'reasoning', text: part.text, ...signed } satisfies ReasoningPart];
  const input = parseToolInput(part.argumentsText);
  return [{ type: 'tool-call', callId: part.callId, tool: part.tool, input, ...signed } satisfies ToolCallPart];
}
