import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { AnswerDraft } from './answer-draft.ts';
import { markProviderData } from './provider-data.ts';

type CallPiece = ChatCompletionChunk.Choice.Delta.ToolCall;

/** Puts the pieces of one answer's tool calls together. */
export class ChatToolCalls {
  readonly #draft: AnswerDraft;
  readonly #source: string;
  readonly #open = new Map<number, { readonly id: string | undefined; readonly key: object }>();

  /** `source` is `provider/model`. */
  constructor(draft: AnswerDraft, source: string) {
    this.#draft = draft;
    this.#source = source;
  }

  /** `position` in its list stands in for an index that the server leaves out. */
  read(piece: CallPiece, position: number): void {
    const { extra_content: extra } = piece as { extra_content?: unknown };
    this.#draft.addToolCall(this.#keyOf(piece, piece.index ?? position), {
      tool: piece.function?.name ?? '',
      argumentsText: piece.function?.arguments ?? '',
      ...(extra === undefined ? {} : { providerData: markProviderData(this.#source, { extra_content: extra }) }),
    });
  }

  /** Google sends each call whole and all of them as number 0: a new id under an old number is another call. */
  #keyOf({ id }: CallPiece, index: number): object {
    const open = this.#open.get(index);
    if (open !== undefined && (!id || id === open.id)) return open.key;
    const next = { id, key: {} };
    this.#open.set(index, next);
    return next.key;
  }
}
