import type { RunEvent } from '../../domain/events.ts';
import { describeCompaction } from './describe-compaction.ts';

export interface AnswerOutput {
  /** Dim is what is no part of the answer. */
  write(text: string, style?: 'dim'): void;
  /** Whether reasoning is shown. */
  readonly reasoning: boolean;
}

/**
 * Prints an answer as it is written. Deltas may be missing: then it stops where the gap is, and `end` prints the rest
 * from the result, so that what stands there in the end is the answer as it is stored.
 */
export class AnswerPrinter {
  private readonly output: AnswerOutput;
  /** Of the attempt in progress: what was printed of its text, and whether the next delta follows on it. */
  private printed = '';
  private reasoned = 0;
  private whole = true;
  interrupted = false;
  private callId: string | null = null;
  private column: 'start' | 'text' | 'reasoning' = 'start';

  constructor(output: AnswerOutput) {
    this.output = output;
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case 'text.reset':
        // A failure that was told just before says it already.
        if (this.printed !== '') this.line(`Attempt ${event.attempt} begins the answer again.`);
        this.begin(event.callId);
        break;
      case 'text.delta':
        if (event.callId !== this.callId) this.begin(event.callId);
        this.text(event.offset, event.delta);
        break;
      case 'reasoning.delta':
        if (event.callId !== this.callId) this.begin(event.callId);
        this.reasoning(event.offset, event.delta);
        break;
      case 'tool.started':
        this.line(`${event.tool}(${brief(event.input)})`);
        break;
      case 'compaction.ended':
        // Where the message did not fit, the run ends and says why.
        if (event.problem === undefined || event.cause !== 'overflow') this.line(describeCompaction(event));
        break;
      case 'call.ended':
        if (event.misfit !== undefined)
          this.line(`The answer does not fit the output schema (${event.misfit}); the model is asked to correct it.`);
        break;
      case 'call.failed':
        if (event.retryInMs === null) break;
        this.line(
          `${event.message}; ${event.nextModel === undefined ? again(event.retryInMs) : `asking ${event.nextModel}`}`,
        );
        this.begin(event.callId);
        break;
      default:
    }
  }

  /** Shows no more of the answer until its end: whoever watches has asked for it to stop. */
  interrupt(): void {
    this.goTo('start');
    this.interrupted = true;
  }

  /** Prints what is missing of the answer and ends its line. */
  end(text: string): void {
    if (text.startsWith(this.printed)) {
      const rest = text.slice(this.printed.length);
      if (rest !== '') this.goTo('text');
      this.output.write(rest);
    } else if (text !== '') {
      this.line('The answer as it is stored:');
      this.output.write(text);
      this.column = 'text';
    }
    this.goTo('start');
  }

  private begin(callId: string): void {
    this.goTo('start');
    this.callId = callId;
    this.printed = '';
    this.reasoned = 0;
    this.whole = true;
  }

  private text(offset: number, delta: string): void {
    this.whole &&= offset <= this.printed.length && !this.interrupted;
    const fresh = this.whole ? delta.slice(this.printed.length - offset) : '';
    if (fresh === '') return;
    this.goTo('text');
    this.output.write(fresh);
    this.printed += fresh;
  }

  private reasoning(offset: number, delta: string): void {
    if (!this.output.reasoning || this.interrupted || offset !== this.reasoned) return;
    this.reasoned += delta.length;
    this.goTo('reasoning');
    this.output.write(delta, 'dim');
  }

  private line(text: string): void {
    this.goTo('start');
    this.output.write(`${text}\n`, 'dim');
  }

  private goTo(column: 'start' | 'text' | 'reasoning'): void {
    if (this.column !== 'start' && this.column !== column) this.output.write('\n');
    this.column = column;
  }
}

function again(inMs: number): string {
  return inMs < 1000 ? 'trying again' : `trying again in ${Math.ceil(inMs / 1000)} s`;
}

function brief(input: unknown): string {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
