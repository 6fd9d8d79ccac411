import type { AgentRunResult } from '../../client/api.ts';
import type { StoredEvent } from '../../domain/events.ts';
import type { Message } from '../../domain/messages.ts';
import type { ContextUse } from '../../domain/metrics.ts';

/** What a wire that streams an answer has to know of its run, in the order in which it happens. */
export type AnswerStep =
  | { readonly type: 'started'; readonly runId: string }
  /** The deltas of a call, joined, are its text. */
  | { readonly type: 'text' | 'reasoning'; readonly callId: string; readonly delta: string }
  /** A new attempt of the call has begun: what came of its text is void. */
  | { readonly type: 'restarted'; readonly callId: string }
  /** A call has its answer. `misfit`: the model is asked to correct it, so that it is not the run's. */
  | {
      readonly type: 'answered';
      readonly callId: string;
      readonly message: Message;
      readonly misfit: boolean;
      /** Tokens of the session's context after it; `null`: it was answered before we looked. */
      readonly context: ContextUse | null;
    }
  | { readonly type: 'tool'; readonly callId: string; readonly tool: string; readonly input: unknown }
  | {
      /** Also of a call that never started: nobody approved it, or it was not executed. */
      readonly type: 'tool-ended';
      readonly callId: string;
      readonly tool: string;
      readonly input: unknown;
      readonly output: unknown;
      readonly isError: boolean;
    }
  /** A stored event of the run that is none of the above. */
  | { readonly type: 'event'; readonly event: StoredEvent }
  /** The last one: the run has ended, or waits for somebody's word. */
  | { readonly type: 'ended'; readonly result: AgentRunResult<unknown> };
