import type { Client } from '@temporalio/client';
import type { ModelSettings } from '../domain/model.ts';
import type { DeltaBus } from '../worker/delta-bus.ts';
import type { Tally, TallyQuery } from '../simulator/index.ts';
import type { Store } from '../store/store.ts';

/** What a client works with. Commands talk to Temporal and to the store; no server of ours stands between. */
export interface Backend {
  readonly temporal: Client;
  readonly store: Store;
  readonly taskQueue: string;
  /** In the worker's own process; elsewhere deltas come through the store. */
  readonly bus: DeltaBus | null;
  /** The config's own models, where the config is at hand: they have prices that the catalogue does not know. */
  readonly models?: Readonly<Record<string, ModelSettings>>;
  /** The books of the simulator that serves this worker's `simulated/…` models, where it can be reached. */
  readonly simulator?: { tally(query: TallyQuery): Promise<Tally> };
  close(): Promise<void>;
}
