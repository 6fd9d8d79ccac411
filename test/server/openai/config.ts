import { z } from 'zod';
import { defineAgent, defineConfig, defineTeam, defineTool } from '../../../src/config/index.ts';

const weather = defineTool({
  name: 'weather',
  description: 'Temperature in a city',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `4 °C in ${city}`,
});
const refund = defineTool({
  name: 'refund',
  description: 'Pays money back',
  inputSchema: z.object({ amount: z.number() }),
  needsApproval: true,
  execute: ({ amount }) => `paid ${amount}`,
});

/** What clients of OpenAI talk to in the tests. */
export const openAiConfigAt = (simulatorUrl: string) =>
  defineConfig({
    providers: { thinking: { api: 'openai-chat', baseURL: `${simulatorUrl}/v1` } },
    models: {
      'thinking/some': { contextWindow: 100_000 },
      'simulated/narrow': { contextWindow: 1_000, maxOutputTokens: 200 },
    },
    agents: [
      defineAgent({
        name: 'assistant',
        instructions: 'You are brief.',
        tools: [weather, refund],
        limits: { maxOutputTokens: 900 },
      }),
      defineAgent({ name: 'typed', output: z.object({ city: z.string() }) }),
      defineAgent({ name: 'narrow', model: 'simulated/narrow' }),
      defineAgent({ name: 'thinker', model: 'thinking/some' }),
      defineAgent({ name: 'patient', onBudget: 'wait', limits: { maxOutputTokens: 200 } }),
    ],
    teams: [
      defineTeam({ name: 'router', mode: 'route', model: 'simulated/sim-router', members: ['typed', 'thinker'] }),
      defineTeam({ name: 'desk', mode: 'coordinate', model: 'simulated/sim-desk', members: ['thinker'] }),
    ],
    budgets: [{ scope: 'user', window: 'day', tokens: 2_000 }],
  });
