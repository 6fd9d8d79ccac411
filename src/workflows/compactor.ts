import { condition, isCancellation } from '@temporalio/workflow';
import type { CarriedState } from '../domain/carried.ts';
import type { CompactionCause, CompactionGain, CompactionResult } from '../domain/compaction.ts';
import type { ErrorFacts } from '../domain/errors.ts';
import { limitsInForce } from '../domain/inbox.ts';
import type { CompactRequest, SessionInput } from '../domain/session.ts';
import type { CompactInput, CompactOutcome } from '../domain/steps.ts';
import { compactSession } from './activities.ts';
import { factsOfFailure, toFailure } from './failures.ts';

/** After a compaction that gained little, so many runs go by before the next one that nobody asked for. */
const runsToRest = 5;
/** Less than this part of the context is little. */
const littleShare = 0.05;

interface Asked {
  readonly request: CompactRequest;
  outcome: CompactionResult | ErrorFacts | null;
}

/** Compacts a session's context: where a call needs room, between two runs when it is due, and when somebody asks. */
export class Compactor {
  readonly #input: SessionInput;
  readonly #state: CarriedState;
  readonly #observe: (outcome: CompactOutcome) => void;
  #asked: Asked | null = null;
  #running = false;

  constructor(input: SessionInput, state: CarriedState, observe: (outcome: CompactOutcome) => void) {
    this.#input = input;
    this.#state = state;
    this.#observe = observe;
  }

  /** Is there something to do between two steps? */
  isWanted(): boolean {
    return this.#asked?.outcome === null || this.#isDue();
  }

  isBusy(): boolean {
    return this.#running || this.isWanted();
  }

  isAsked(): boolean {
    return this.#asked?.outcome === null;
  }

  /** The answer of `compact`: at the next boundary between two steps. */
  async answer(request: CompactRequest): Promise<CompactionResult> {
    const asked: Asked = { request, outcome: null };
    this.#asked = asked;
    await condition(() => asked.outcome !== null);
    const { outcome } = asked;
    if (outcome !== null && 'compactionId' in outcome) return outcome;
    throw toFailure(outcome ?? { code: 'ProviderError', message: 'The compaction gave no answer' });
  }

  /** Does what was asked for, and between two runs what is due. */
  async atBoundary(): Promise<void> {
    // Another one may be asked for meanwhile: a roll-over would wait for its answer, which only comes here.
    while (this.isWanted()) {
      if (this.#asked?.outcome === null) await this.#doAsked(this.#asked);
      else await this.tryRun('threshold', null, null);
    }
  }

  async #doAsked(asked: Asked): Promise<void> {
    const { current } = this.#state;
    try {
      const runId = current?.message.runId ?? null;
      asked.outcome = (await this.run('request', asked.request.keepRuns ?? null, runId)).result;
    } catch (error) {
      asked.outcome = factsOfFailure(error);
      if (isCancellation(error)) throw error;
    }
  }

  /** A compaction whose failure stands in the way of nothing. */
  async tryRun(cause: CompactionCause, keepRuns: number | null, runId: string | null, from?: string): Promise<void> {
    try {
      await this.run(cause, keepRuns, runId, from);
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.#rest(factsOfFailure(error).message);
    }
  }

  /** @throws ActivityFailure when it could not even be tried. */
  async run(
    cause: CompactionCause,
    keepRuns: number | null,
    runId: string | null,
    from?: string,
  ): Promise<CompactOutcome> {
    const { sessionId, agent, user, tenant } = this.#input;
    this.#state.compactionsTried += 1;
    const outcome = await this.#compact({
      sessionId,
      runId,
      agent,
      ...(user === undefined ? {} : { user }),
      ...(tenant === undefined ? {} : { tenant }),
      compactionId: `${sessionId}.c${this.#state.compactionsTried}`,
      cause,
      keepRuns,
      thresholds: limitsInForce(this.#state).thresholds,
      ...(from === undefined ? {} : { from }),
    });
    this.#observe(outcome);
    this.#state.summary = outcome.summary;
    this.took(outcome.result);
    return outcome;
  }

  async #compact(input: CompactInput): Promise<CompactOutcome> {
    this.#running = true;
    try {
      return await compactSession(input);
    } finally {
      this.#running = false;
    }
  }

  /** May one that is due be done? */
  mayRun(): boolean {
    const { compaction, totals } = this.#state;
    return compaction === null || totals.runs >= compaction.untilRun;
  }

  /** A compaction has been done: one that brought little is not tried again at once. */
  took({ problem, tokensSaved, tokensBefore }: CompactionGain): void {
    // A session that carries another one on has nothing before.
    const isLittle = tokensBefore > 0 && tokensSaved <= littleShare * tokensBefore;
    if (problem !== undefined || isLittle) this.#rest(problem ?? null);
    else this.#state.compaction = null;
    this.#state.compactionDue = false;
  }

  #rest(problem: string | null): void {
    this.#state.compaction = { problem, untilRun: this.#state.totals.runs + runsToRest };
    this.#state.compactionDue = false;
  }

  #isDue(): boolean {
    const { compactionDue, current, closing } = this.#state;
    return compactionDue && current === null && closing === null && this.mayRun();
  }
}
