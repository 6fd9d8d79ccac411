import { defineAgent, defineConfig } from '../../src/config/index.ts';
import { instantModel } from './instant-model.ts';

/** So that runs 10 and 2,000 send requests of the same length. */
const history = { runs: 8 };

/** `instant` answers in the worker's process, `simulated` over HTTP from another one. */
export const benchConfig = defineConfig({
  agents: [
    defineAgent({ name: 'instant', model: instantModel, history }),
    defineAgent({ name: 'simulated', model: 'simulated/loadline-sim-1', history }),
  ],
});
