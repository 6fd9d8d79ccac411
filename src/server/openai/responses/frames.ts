import type { AnswerStep } from '../../answer/step.ts';
import { toOpenAiFailure } from '../errors.ts';
import { frame } from '../frame.ts';
import {
  messageItem,
  outputText,
  reasoningItem,
  toolItem,
  approvalItem,
  type OutputItem,
  type ToolCall,
} from './items.ts';
import type { ResponseRecord } from './record.ts';
import { endedResponse, openResponse, statusOf } from './response.ts';

/** The answer as the events of a response, numbered, to the one that says how it ended. */
export async function* responseFrames(
  record: ResponseRecord,
  steps: AsyncGenerator<AnswerStep>,
): AsyncGenerator<string> {
  let sequence = 0;
  const event = (type: string, facts: object): string => frame({ type, sequence_number: sequence++, ...facts }, type);
  try {
    yield event('response.created', { response: openResponse(record, 'in_progress') });
    yield event('response.in_progress', { response: openResponse(record, 'in_progress') });
    const output = new StreamedOutput(record.hasSchema, event);
    for await (const step of steps) {
      yield* output.take(step);
      if (step.type !== 'ended') continue;
      const status = statusOf(step.result);
      // OpenAI has no event for a response that was cancelled.
      const name = status === 'cancelled' ? 'incomplete' : status;
      yield event(`response.${name}`, { response: endedResponse(record, step.result, output.items()) });
    }
  } catch (error) {
    const { message, code, param } = toOpenAiFailure(error).body.error;
    yield event('error', { code, message, param });
  }
}

type MakeEvent = (type: string, facts: object) => string;

interface OpenText {
  readonly kind: 'text' | 'reasoning';
  readonly callId: string;
  readonly index: number;
  text: string;
}

/** The output items of a response while they are written: at most one text is open, and any number of tool calls. */
class StreamedOutput {
  readonly #items = new Map<number, OutputItem>();
  readonly #tools = new Map<string, { readonly index: number; readonly call: ToolCall }>();
  readonly #holdsTexts: boolean;
  readonly #event: MakeEvent;
  #next = 0;
  #open: OpenText | null = null;

  constructor(holdsTexts: boolean, event: MakeEvent) {
    this.#holdsTexts = holdsTexts;
    this.#event = event;
  }

  /** Those that count: what a broken attempt wrote does not. */
  items(): readonly OutputItem[] {
    return [...this.#items].toSorted(([a], [b]) => a - b).map(([, item]) => item);
  }

  *take(step: AnswerStep): Generator<string> {
    switch (step.type) {
      case 'text':
      case 'reasoning':
        if (step.type === 'reasoning' || !this.#holdsTexts) yield* this.#write(step.type, step.callId, step.delta);
        return;
      case 'restarted':
        return yield* this.#close('incomplete');
      case 'answered':
        return yield* this.#close('completed');
      case 'tool':
        return yield* this.#begin(step);
      case 'tool-ended':
        return yield* this.#end(step);
      case 'ended':
        return yield* this.#finish(step);
      default:
    }
  }

  *#write(kind: OpenText['kind'], callId: string, delta: string): Generator<string> {
    if (this.#open !== null && (this.#open.kind !== kind || this.#open.callId !== callId))
      yield* this.#close('completed');
    if (this.#open === null) {
      this.#open = { kind, callId, index: this.#next++, text: '' };
      const { item_id, output_index } = this.#place(this.#open);
      yield this.#event('response.output_item.added', { output_index, item: itemOf(this.#open, 'in_progress', null) });
      yield kind === 'text'
        ? this.#event('response.content_part.added', { item_id, output_index, content_index: 0, part: outputText('') })
        : this.#event('response.reasoning_summary_part.added', {
            item_id,
            output_index,
            summary_index: 0,
            part: summary(''),
          });
    }
    this.#open.text += delta;
    const place = this.#place(this.#open);
    yield kind === 'text'
      ? this.#event('response.output_text.delta', { ...place, content_index: 0, delta, logprobs: [] })
      : this.#event('response.reasoning_summary_text.delta', { ...place, summary_index: 0, delta });
  }

  *#close(status: 'completed' | 'incomplete'): Generator<string> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    const place = this.#place(open);
    const { kind, text } = open;
    if (kind === 'text') {
      yield this.#event('response.output_text.done', { ...place, content_index: 0, text, logprobs: [] });
      yield this.#event('response.content_part.done', { ...place, content_index: 0, part: outputText(text) });
    } else {
      yield this.#event('response.reasoning_summary_text.done', { ...place, summary_index: 0, text });
      yield this.#event('response.reasoning_summary_part.done', { ...place, summary_index: 0, part: summary(text) });
    }
    const item = itemOf(open, status, text);
    if (status === 'completed') this.#items.set(open.index, item);
    yield this.#event('response.output_item.done', { output_index: open.index, item });
  }

  *#begin({ callId, tool, input }: ToolCall): Generator<string> {
    if (this.#tools.has(callId)) return;
    yield* this.#close('completed');
    const call = { callId, tool, input };
    const index = this.#next++;
    this.#tools.set(callId, { index, call });
    const item = toolItem(call, null);
    const place = { item_id: item.id, output_index: index };
    yield this.#event('response.output_item.added', { output_index: index, item });
    yield this.#event('response.mcp_call.in_progress', place);
    yield this.#event('response.mcp_call_arguments.delta', { ...place, delta: item.arguments });
    yield this.#event('response.mcp_call_arguments.done', { ...place, arguments: item.arguments });
  }

  *#end({ callId, tool, input, output, isError }: AnswerStep & { readonly type: 'tool-ended' }): Generator<string> {
    yield* this.#begin({ callId, tool, input });
    const begun = this.#tools.get(callId);
    if (begun === undefined) return;
    const item = toolItem(begun.call, { output, isError });
    this.#items.set(begun.index, item);
    const place = { item_id: item.id, output_index: begun.index };
    yield this.#event(`response.mcp_call.${isError ? 'failed' : 'completed'}`, place);
    yield this.#event('response.output_item.done', { output_index: begun.index, item });
  }

  *#finish({ result }: AnswerStep & { readonly type: 'ended' }): Generator<string> {
    if (this.#holdsTexts && result.text !== '') yield* this.#write('text', `${result.runId}.text`, result.text);
    const status = statusOf(result);
    const isCut = this.#open !== null && status !== 'completed' && !this.#holdsTexts;
    if (isCut && this.#open !== null)
      this.#items.set(this.#open.index, itemOf(this.#open, 'incomplete', this.#open.text));
    yield* this.#close(isCut ? 'incomplete' : 'completed');
    for (const one of result.waitingFor ?? []) {
      const item = approvalItem(one);
      const output_index = this.#next++;
      this.#items.set(output_index, item);
      yield this.#event('response.output_item.added', { output_index, item });
      yield this.#event('response.output_item.done', { output_index, item });
    }
  }

  #place(open: OpenText) {
    return { item_id: itemOf(open, 'in_progress', null).id, output_index: open.index };
  }
}

function itemOf({ kind, callId }: OpenText, status: 'in_progress' | 'completed' | 'incomplete', text: string | null) {
  return kind === 'text' ? messageItem(callId, status, text) : reasoningItem(callId, status, text);
}

function summary(text: string) {
  return { type: 'summary_text', text };
}
