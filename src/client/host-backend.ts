import type { Host } from '../worker/host.ts';
import type { Backend } from './backend.ts';

/** What a client in a host's own process works with. */
export function backendOf(host: Host): Backend {
  const { runtime, store, taskQueue, config, simulator } = host;
  const { client: temporal, bus } = runtime;
  return {
    temporal,
    store,
    taskQueue,
    bus,
    models: config.models,
    simulator: { tally: async (query) => simulator.tally(query) },
    close: () => host.close(),
  };
}
