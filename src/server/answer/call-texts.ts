import type { DeltaEvent } from '../../domain/events.ts';
import { textOf, type Message } from '../../domain/messages.ts';
import type { AnswerStep } from './step.ts';

interface Progress {
  attempt: number;
  text: number;
  reasoning: number;
}

/** Turns deltas, which may be missing or come twice, into the texts of calls without a gap or a double. */
export class CallTexts {
  readonly #calls = new Map<string, Progress>();

  *take(event: DeltaEvent): Generator<AnswerStep> {
    const { callId, attempt, offset, delta } = event;
    const known = this.#calls.get(callId);
    if (known !== undefined && attempt < known.attempt) return;
    const call = known?.attempt === attempt ? known : { attempt, text: 0, reasoning: 0 };
    this.#calls.set(callId, call);
    if (known !== undefined && known !== call && known.text > 0) yield { type: 'restarted', callId };
    if (event.type === 'text.reset') return;
    const kind = event.type === 'text.delta' ? 'text' : 'reasoning';
    // After a gap nothing is told until the whole answer is there.
    const seen = call[kind] - offset;
    if (seen < 0 || seen >= delta.length) return;
    call[kind] = offset + delta.length;
    yield { type: kind, callId, delta: delta.slice(seen) };
  }

  /** What of an answer has not been told yet. */
  *rest(callId: string, attempt: number, message: Message): Generator<AnswerStep> {
    const known = this.#calls.get(callId);
    this.#calls.delete(callId);
    if (known !== undefined && known.attempt !== attempt && known.text > 0) yield { type: 'restarted', callId };
    const told = known?.attempt === attempt ? known : { text: 0, reasoning: 0 };
    const reasoning = message.parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');
    for (const [type, whole] of [
      ['reasoning', reasoning],
      ['text', textOf(message.parts)],
    ] as const) {
      if (whole.length > told[type]) yield { type, callId, delta: whole.slice(told[type]) };
    }
  }
}
