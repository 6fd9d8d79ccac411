import { defineAgent, defineConfig, defineTeam, defineTool } from '../../src/config/index.ts';
import { instantCaller } from './instant-caller.ts';
import { instantModel } from './instant-model.ts';

/** So that runs 10 and 2,000 send requests of the same length. */
const history = { runs: 8 };

/** One after the other. */
export const toolCallsInARun = 4;

const look = defineTool({
  name: 'look',
  description: 'Looks at something',
  inputSchema: { type: 'object', properties: {} },
  idempotent: true,
  execute: () => 'nothing',
});

/** `instant` answers in the worker's process, `simulated` over HTTP from another one. */
export const benchConfig = defineConfig({
  agents: [
    defineAgent({ name: 'instant', model: instantModel, history }),
    defineAgent({ name: 'simulated', model: 'simulated/loadline-sim-1', history }),
    defineAgent({
      name: 'caller',
      model: instantCaller('caller', 'look', {}, toolCallsInARun),
      tools: [look],
      history: { runs: 1 },
    }),
  ],
  teams: [
    defineTeam({
      name: 'pair',
      mode: 'coordinate',
      model: instantCaller('leader', 'delegate', { member: 'instant', task: 'How are you?' }, 1),
      members: ['instant'],
      history: { runs: 1 },
    }),
  ],
});
