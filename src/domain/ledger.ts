import type { NanoUsd } from './money.ts';
import type { UsageClasses } from './usage.ts';

/**
 * Who asked for the call: the agent's own model, the summariser, a team's leader or member, a fallback, a tool; `external`
 * is what the library was told of spending elsewhere.
 */
export type ModelType =
  'model' | 'summaryModel' | 'leader' | 'member' | 'fallback' | 'tool' | 'external' | (string & {});

/**
 * The life of an attempt's row.
 *
 * - `reserved`: the request may be on its way; the row holds its worst case.
 * - `settled`: the provider told the usage.
 * - `estimated`: the attempt ended and may have cost tokens, but the provider did not say how many.
 * - `lost`: its worker went away; charged at its full reservation until a late settlement corrects it.
 * - `released`: known to be unbilled (never sent, or refused before the stream).
 */
export type LedgerState = 'reserved' | 'settled' | 'estimated' | 'lost' | 'released';

/** What an attempt reserved: the worst case that the provider may bill for it. */
export interface Reservation {
  /** Upper bound of the request's tokens. */
  readonly inputTokens: number;
  /** The output limit that the request itself carries. */
  readonly outputTokens: number;
  /** `null` when a price is missing. */
  readonly costNanoUsd: NanoUsd | null;
}

/** What an attempt's tokens cost at the prices of its date; `null` where a price is missing. */
export interface Bill {
  readonly costNanoUsd: NanoUsd | null;
  /**
   * What the same tokens would have cost without the provider's prompt cache, less what they cost; below 0 where writing
   * to it cost more than it saved. `null` also where the provider tells nothing about a cache.
   */
  readonly cacheSavedNanoUsd: NanoUsd | null;
}

export const noBill: Bill = { costNanoUsd: null, cacheSavedNanoUsd: null };

/** The session and the agent of spending that names none. No session and no agent can be named so. */
export const unnamed = '';

/** One attempt of one call. The ledger is the truth about spending; every metric is a sum over these. */
export interface LedgerRow extends Bill {
  /** `<callId>.<attempt>`. */
  readonly id: string;
  readonly sessionId: string;
  readonly runId: string | null;
  readonly callId: string;
  readonly attempt: number;
  readonly agent: string;
  readonly user: string | null;
  readonly tenant: string | null;
  readonly provider: string;
  readonly model: string;
  readonly modelType: ModelType;
  readonly simulated: boolean;
  readonly state: LedgerState;
  readonly reservation: Reservation;
  /** What the request was thought to have before it was sent; `null` for spending outside of our calls. */
  readonly estimatedInputTokens: number | null;
  /** For `settled` what the provider said; for `estimated` and `lost` what is charged; else `null`. */
  readonly usage: UsageClasses | null;
  /** Did this attempt give the call its answer? One attempt of a call at most. */
  readonly answered: boolean;
  /** Spent before anybody asked a budget: it counts on all that apply and may have passed one. */
  readonly unreserved?: true;
  /** Class of the error that ended the attempt, e.g. `rate-limit`, `aborted`. */
  readonly error: string | null;
  /** Milliseconds since the epoch, the worker's clock. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly durationMs: number | null;
  readonly timeToFirstTokenMs: number | null;
  /** The date whose prices are in force for the row (ISO 8601). */
  readonly priceDate: string;
  /** Every top-level field of the answer that is not content. */
  readonly providerMetrics: Readonly<Record<string, unknown>> | null;
}

/** Where an attempt runs, so that a new worker can tell that its predecessor is dead. */
export interface AttemptOwner {
  /** Base64 of the activity's task token. */
  readonly taskToken: string;
  readonly pid: number;
  /** The machine's boot: a pid means nothing across two of them. */
  readonly bootId: string;
}
