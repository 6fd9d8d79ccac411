import type { AnswerDraft } from './answer-draft.ts';
import { markProviderData } from './provider-data.ts';
import { objectOf, stringOf } from './raw.ts';

/** The names that compatible servers have for reasoning: DeepSeek, llama.cpp, vLLM; then OpenRouter, Groq, Ollama. */
const fields = ['reasoning_content', 'reasoning'];

/** Collects the reasoning of one answer, with what the server wants back of it. */
export class ChatReasoning {
  readonly #draft: AnswerDraft;
  readonly #source: string;
  readonly #details: Record<string, unknown>[] = [];
  #field: string | null = null;
  #open = false;

  /** `source` is `provider/model`. */
  constructor(draft: AnswerDraft, source: string) {
    this.#draft = draft;
    this.#source = source;
  }

  read(delta: Readonly<Record<string, unknown>>): void {
    const field = fields.find((name) => stringOf(delta[name]) !== '');
    if (field !== undefined) {
      this.#field = field;
      this.#open = true;
      this.#draft.addReasoning(stringOf(delta[field]));
    }
    if (!Array.isArray(delta.reasoning_details)) return;
    for (const detail of delta.reasoning_details.map(objectOf)) if (detail !== null) this.#addDetail(detail);
  }

  /** To be called when something else follows, and at the end. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    const details = this.#details.splice(0);
    this.#draft.closeReasoning(
      markProviderData(this.#source, { field: this.#field, ...(details.length > 0 ? { details } : {}) }),
    );
  }

  /** Pieces of one detail share type and index; only their texts grow. */
  #addDetail(piece: Record<string, unknown>): void {
    this.#open = true;
    const last = this.#details.at(-1);
    if (last === undefined || last.type !== piece.type || last.index !== piece.index) {
      this.#details.push({ ...piece });
      return;
    }
    for (const [name, value] of Object.entries(piece)) {
      const grows = (name === 'text' || name === 'summary') && typeof value === 'string';
      if (grows) last[name] = stringOf(last[name]) + value;
      else if (value !== null) last[name] = value;
    }
  }
}
