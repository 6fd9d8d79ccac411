import type { DeltaEvent } from '../domain/events.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import type { ModelDelta } from '../providers/provider.ts';
import type { ActivityDeps } from './deps.ts';

/** Readers in other processes see the first token this late; shorter answers come whole with the stored events. */
const firstFlushMs = 2;

/** What comes after it goes in batches: each is a transaction. */
const flushEveryMs = 40;

/** Hands an attempt's text on as it comes: at once within the process, in small batches through the store. */
export class DeltaStream {
  private readonly deps: Pick<ActivityDeps, 'publish' | 'store'>;
  private readonly base: Pick<DeltaEvent, 'sessionId' | 'runId' | 'agent' | 'callId' | 'attempt'>;
  private readonly offsets = { text: 0, reasoning: 0 };
  private waiting: DeltaEvent[] = [];
  private timer: NodeJS.Timeout | null = null;
  private hasFlushed = false;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    deps: Pick<ActivityDeps, 'publish' | 'store'>,
    row: Pick<LedgerRow, 'sessionId' | 'runId' | 'agent' | 'callId' | 'attempt'>,
  ) {
    this.deps = deps;
    this.base = {
      sessionId: row.sessionId,
      ...(row.runId === null ? {} : { runId: row.runId }),
      agent: row.agent,
      callId: row.callId,
      attempt: row.attempt,
    };
    if (row.attempt > 1)
      this.add({ ...this.base, type: 'text.reset', at: new Date().toISOString(), offset: 0, delta: '' });
  }

  push({ kind, delta }: ModelDelta): void {
    const offset = this.offsets[kind];
    this.offsets[kind] += delta.length;
    const type = kind === 'text' ? 'text.delta' : 'reasoning.delta';
    this.add({ ...this.base, type, at: new Date().toISOString(), offset, delta });
  }

  /** Call it before the answer is stored; what has not been flushed by then comes with the answer. */
  async end(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = [];
    await this.writing;
  }

  private add(event: DeltaEvent): void {
    this.deps.publish(event);
    this.waiting.push(event);
    this.timer ??= setTimeout(() => this.flush(), this.hasFlushed ? flushEveryMs : firstFlushMs);
  }

  private flush(): void {
    const batch = this.waiting;
    this.waiting = [];
    this.timer = null;
    this.hasFlushed = true;
    // Deltas are a convenience: a store that is away must not hold up the answer.
    this.writing = this.writing.then(() => this.deps.store.appendDeltas(batch)).catch(() => undefined);
  }
}
