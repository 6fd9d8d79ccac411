import type { AnswerOutput } from '../terminal/answer-printer.ts';

/** Where a conversation is shown. */
export interface ChatView {
  readonly answer: AnswerOutput;
  /** A person's message. */
  said(text: string): void;
  /** A quiet line between what was said; styles of ours may be in it. */
  note(text: string, style?: 'dim' | 'yellow'): void;
  /** What the status line or the frame shows has changed. */
  changed(): void;
}
