import type { UsageClasses } from '../domain/usage.ts';
import type { WireName } from './prompt.ts';

/** Tokens billed, in the classes of `src/domain/usage.ts`; here nothing is unknown. */
export type Billed = { readonly [key in keyof UsageClasses]: number };

/**
 * `completed`: the whole answer was handed over. `dropped`: the simulator broke off. `aborted`: the client left first;
 * what had been written until that was noticed is billed. `refused`: an error status before the stream, never billed.
 */
export type Outcome = 'completed' | 'dropped' | 'aborted' | 'refused';

export interface BilledRequest {
  /** Of the answer, as the client sees it. */
  readonly id: string;
  readonly wire: WireName;
  readonly model: string;
  readonly stream: boolean;
  readonly status: number;
  readonly outcome: Outcome;
  readonly billed: Billed;
  /** The beginning of the last user message. */
  readonly question: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601; of an aborted one: when the client's leaving was noticed. */
  readonly endedAt: string;
  /** `idempotency-key` and all `loadline-…` headers. */
  readonly headers: Readonly<Record<string, string>>;
}

export type BilledSum = Billed & { readonly requests: number };

/** Which requests a tally is of: all, or those that carried the `loadline-session` of one. */
export interface TallyQuery {
  readonly session?: string;
}

export interface Tally {
  /** ISO 8601: no request from before is in the books. */
  readonly since: string;
  /** In the order in which they ended. */
  readonly requests: readonly BilledRequest[];
  /** Requests that have not ended. */
  readonly running: number;
  readonly totals: BilledSum & {
    readonly outcomes: Readonly<Record<Outcome, number>>;
    readonly byModel: Readonly<Record<string, BilledSum>>;
  };
}

export const nothingBilled: Billed = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  audioInput: 0,
  output: 0,
  reasoning: 0,
  audioOutput: 0,
};

const nothing: BilledSum = { requests: 0, ...nothingBilled };

function add(sum: BilledSum, billed: Billed): BilledSum {
  return {
    requests: sum.requests + 1,
    input: sum.input + billed.input,
    cacheRead: sum.cacheRead + billed.cacheRead,
    cacheWrite5m: sum.cacheWrite5m + billed.cacheWrite5m,
    cacheWrite1h: sum.cacheWrite1h + billed.cacheWrite1h,
    audioInput: sum.audioInput + billed.audioInput,
    output: sum.output + billed.output,
    reasoning: sum.reasoning + billed.reasoning,
    audioOutput: sum.audioOutput + billed.audioOutput,
  };
}

export function sumUp(requests: readonly BilledRequest[], { running, since }: Pick<Tally, 'running' | 'since'>): Tally {
  let sum = nothing;
  const byModel: Record<string, BilledSum> = {};
  const outcomes = { completed: 0, dropped: 0, aborted: 0, refused: 0 };
  for (const { model, billed, outcome } of requests) {
    sum = add(sum, billed);
    byModel[model] = add(byModel[model] ?? nothing, billed);
    outcomes[outcome] += 1;
  }
  return { since, requests: [...requests], running, totals: { ...sum, outcomes, byModel } };
}
