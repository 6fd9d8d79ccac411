import { EventEmitter } from 'node:events';
import type { DeltaEvent } from '../domain/events.ts';

/** Hands deltas from the activities to readers in the same process, at once. */
export class DeltaBus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publish(delta: DeltaEvent): void {
    this.emitter.emit(delta.sessionId, delta);
  }

  /** @returns ends the subscription. */
  subscribe(sessionId: string, listener: (delta: DeltaEvent) => void): () => void {
    this.emitter.on(sessionId, listener);
    return () => this.emitter.off(sessionId, listener);
  }
}
