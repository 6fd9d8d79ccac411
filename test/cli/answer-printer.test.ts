import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AnswerPrinter } from '../../src/cli/terminal/answer-printer.ts';
import type { DeltaEvent, RunEvent } from '../../src/domain/events.ts';

const base = { at: '2026-01-01T00:00:00.000Z', sessionId: 's', runId: 'r', callId: 'c1', attempt: 1 };

function delta(type: DeltaEvent['type'], offset: number, text: string, more: Partial<DeltaEvent> = {}): DeltaEvent {
  return { ...base, type, offset, delta: text, ...more };
}

/** Prints with notes in angle brackets. */
function printed(events: readonly RunEvent[], text: string, reasoning = true): string {
  let out = '';
  const printer = new AnswerPrinter({
    write: (more, style) => (out += style === undefined ? more : more.replace(/^(.*?)(\n?)$/s, '<$1>$2')),
    reasoning,
  });
  for (const event of events) printer.take(event);
  printer.end(text);
  return out;
}

describe('an answer that is printed as it is written', () => {
  it('stands there as it is stored, whichever deltas were missed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.boolean()), { maxLength: 20 }), (pieces) => {
        const events: RunEvent[] = [];
        let text = '';
        for (const [piece, arrives] of pieces) {
          if (arrives) events.push(delta('text.delta', text.length, piece));
          text += piece;
        }
        expect(printed(events, text)).toBe(text === '' ? '' : `${text}\n`);
      }),
    );
  });

  it('is not doubled by deltas that come twice or overlap', () => {
    const events = [
      delta('text.delta', 0, 'Hello'),
      delta('text.delta', 0, 'Hello'),
      delta('text.delta', 3, 'lo, you'),
    ];
    expect(printed(events, 'Hello, you')).toBe('Hello, you\n');
  });

  it('says which model is asked after one that failed', () => {
    const failed = { ...base, id: 7, type: 'call.failed', model: 'a/1', error: 'refusal', retryInMs: 0 } as const;
    const events: RunEvent[] = [
      delta('text.delta', 0, 'I would'),
      { ...failed, message: 'The model refused to answer', nextModel: 'b/1' },
      delta('text.delta', 0, 'Gladly.', { attempt: 2 }),
    ];
    expect(printed(events, 'Gladly.')).toBe('I would\n<The model refused to answer; asking b/1>\nGladly.\n');
  });

  it('begins a new line, and says so, when an attempt is repeated', () => {
    const events = [
      delta('text.delta', 0, 'Half an'),
      delta('text.reset', 0, '', { attempt: 2 }),
      delta('text.delta', 0, 'A whole', { attempt: 2 }),
    ];
    expect(printed(events, 'A whole answer')).toBe('Half an\n<Attempt 2 begins the answer again.>\nA whole answer\n');
  });

  it('tells why an attempt is repeated, once, and then shows the new one', () => {
    const failed = {
      ...base,
      id: 2,
      type: 'call.failed',
      model: 'm',
      error: 'stream-broken',
      message: 'It broke',
      retryInMs: 2000,
    } as const;
    const events = [delta('text.delta', 0, 'Half an'), failed, delta('text.reset', 0, '', { attempt: 2 })];
    expect(printed(events, 'A whole answer')).toBe('Half an\n<It broke; trying again in 2 s>\nA whole answer\n');
  });

  it('shows no more once it is interrupted, unless the answer was complete all the same', () => {
    const interrupted = (text: string): string => {
      let out = '';
      const printer = new AnswerPrinter({ write: (more) => (out += more), reasoning: true });
      printer.take(delta('text.delta', 0, 'one '));
      printer.interrupt();
      printer.take(delta('text.delta', 4, 'two '));
      printer.end(text);
      return out;
    };
    expect(interrupted('')).toBe('one \n');
    expect(interrupted('one two three')).toBe('one \ntwo three\n');
  });

  it('shows reasoning dimmed, on lines of its own, where it is wanted', () => {
    const events = [
      delta('reasoning.delta', 0, 'Let me'),
      delta('reasoning.delta', 6, ' think'),
      delta('text.delta', 0, 'Yes'),
    ];
    expect(printed(events, 'Yes')).toBe('<Let me>< think>\nYes\n');
    expect(printed(events, 'Yes', false)).toBe('Yes\n');
  });

  it('keeps the text of each call on lines of its own, with the tools between them', () => {
    const events: RunEvent[] = [
      delta('text.delta', 0, 'I look it up.'),
      { ...base, id: 1, type: 'tool.started', callId: 't1', tool: 'clock', input: { timeZone: 'UTC' } },
      delta('text.delta', 0, 'Noon.', { callId: 'c2' }),
    ];
    expect(printed(events, 'Noon.')).toBe('I look it up.\n<clock({"timeZone":"UTC"})>\nNoon.\n');
  });

  it('prints the stored answer where another one had been begun', () => {
    expect(printed([delta('text.delta', 0, 'Other')], 'Stored')).toBe('Other\n<The answer as it is stored:>\nStored\n');
  });
});
