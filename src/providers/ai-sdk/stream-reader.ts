import type { AnswerDraft } from '../answer-draft.ts';
import { InStreamError } from '../complaint.ts';
import { markProviderData } from '../provider-data.ts';
import type { ModelAnswer } from '../provider.ts';
import { objectOf, stringOf } from '../raw.ts';
import { aiSdkUsage } from './usage.ts';

type StreamPart = Readonly<Record<string, unknown>>;

const finishReasons: Readonly<Record<string, ModelAnswer['finishReason']>> = {
  length: 'length',
  'content-filter': 'content-filter',
  'tool-calls': 'tool-calls',
};

/** Reads the stream parts of one answer; those of v2, v3 and v4 differ in usage and finish reason alone. */
export class StreamReader {
  readonly #draft: AnswerDraft;
  readonly #provider: string;
  readonly #source: string;
  readonly #cacheTtl: '5m' | '1h';
  #reasoningMetadata: Record<string, unknown> = {};

  /** `source` is `provider/model`. */
  constructor(draft: AnswerDraft, provider: string, source: string, cacheTtl: '5m' | '1h') {
    this.#draft = draft;
    this.#provider = provider;
    this.#source = source;
    this.#cacheTtl = cacheTtl;
  }

  read(part: StreamPart): void {
    switch (part.type) {
      case 'text-delta':
        return this.#draft.addText(stringOf(part.delta));
      case 'reasoning-start':
        return this.#noteMetadata(part);
      case 'reasoning-delta':
        this.#noteMetadata(part);
        return this.#draft.addReasoning(stringOf(part.delta));
      case 'reasoning-end':
        this.#noteMetadata(part);
        return this.#closeReasoning();
      case 'tool-input-start':
        if (part.providerExecuted !== true) this.#draft.addToolCall(part.id, { tool: stringOf(part.toolName) });
        return undefined;
      case 'tool-call':
        return this.#readToolCall(part);
      case 'response-metadata': {
        const { type: _, ...fields } = part;
        return this.#draft.addMetrics(fields, new Set());
      }
      case 'finish':
        return this.#finish(part);
      case 'error':
        throw part.error;
      default:
        return undefined;
    }
  }

  /** Signatures come with the start, with an empty delta or with the end, as it pleases the provider. */
  #noteMetadata({ providerMetadata }: StreamPart): void {
    for (const [name, fields] of Object.entries(objectOf(providerMetadata) ?? {})) {
      this.#reasoningMetadata[name] = { ...objectOf(this.#reasoningMetadata[name]), ...objectOf(fields) };
    }
  }

  #closeReasoning(): void {
    const metadata = this.#reasoningMetadata;
    this.#reasoningMetadata = {};
    if (Object.keys(metadata).length > 0) this.#draft.closeReasoning(markProviderData(this.#source, metadata));
  }

  #readToolCall(part: StreamPart): void {
    if (part.providerExecuted === true) return;
    const signed = objectOf(part.providerMetadata);
    this.#draft.addToolCall(part.toolCallId, {
      tool: stringOf(part.toolName),
      ...(signed === null ? {} : { providerData: markProviderData(this.#source, signed) }),
    });
    this.#draft.setToolArguments(part.toolCallId, stringOf(part.input));
  }

  #finish({ usage, finishReason, providerMetadata }: StreamPart): void {
    const unified = stringOf(objectOf(finishReason)?.unified ?? finishReason);
    this.#draft.addMetrics({ usage: objectOf(usage)?.raw ?? usage, finishReason, providerMetadata }, new Set());
    this.#draft.usage = aiSdkUsage(usage, this.#provider, providerMetadata, this.#cacheTtl);
    if (unified === 'error') throw new InStreamError('The provider ended the answer with an error', []);
    this.#draft.finishReason = finishReasons[unified] ?? 'stop';
  }
}
