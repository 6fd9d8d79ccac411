import type { DeltaEvent } from '../domain/events.ts';

/** Deltas that were stored before their call's end are read within moments of it. */
const endedKept = 100;

interface Written {
  readonly attempt: number;
  readonly lengths: Map<DeltaEvent['type'], number>;
}

/**
 * Puts what comes of an answer by several ways, some of it twice and some of it late, into an order without gaps or
 * repetitions. A piece that leaves a gap is left out: the store brings what is before it, and it, a moment later.
 */
export class DeltaOrder {
  readonly #calls = new Map<string, Written>();
  readonly #ended = new Set<string>();

  /** The part of a delta that is next; `null`: it was there, or something before it is missing. */
  next(delta: DeltaEvent): DeltaEvent | null {
    const { callId, attempt, type, offset, delta: text } = delta;
    const known = this.#calls.get(callId);
    if (this.#ended.has(callId) || (known !== undefined && attempt < known.attempt)) return null;
    const isNew = known === undefined || attempt > known.attempt;
    const written = isNew ? { attempt, lengths: new Map() } : known;
    if (type === 'text.reset') {
      if (!isNew) return null;
      this.#calls.set(callId, written);
      return delta;
    }
    const length = written.lengths.get(type) ?? 0;
    const end = offset + text.length;
    if (offset > length || end <= length) return null;
    this.#calls.set(callId, written);
    written.lengths.set(type, end);
    return offset === length ? delta : { ...delta, offset: length, delta: text.slice(length - offset) };
  }

  /** Characters of text that this attempt has had so far. */
  lengthOf(callId: string, attempt: number): number {
    const known = this.#calls.get(callId);
    return known?.attempt === attempt ? (known.lengths.get('text.delta') ?? 0) : 0;
  }

  /** The call is over: nothing more of it is shown. */
  end(callId: string): void {
    this.#calls.delete(callId);
    this.#ended.add(callId);
    const [oldest] = this.#ended;
    if (this.#ended.size > endedKept && oldest !== undefined) this.#ended.delete(oldest);
  }
}
