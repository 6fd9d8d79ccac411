import { z } from 'zod';
import { defineAgent, defineConfig, defineTool } from '../../src/config/index.ts';

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

/** What is asked over HTTP in the tests. */
export const apiConfigAt = () =>
  defineConfig({
    agents: [
      defineAgent({ name: 'assistant', tools: [weather, refund] }),
      defineAgent({ name: 'narrow', limits: { queue: 1 } }),
    ],
    teams: [{ name: 'desk', mode: 'route', members: ['assistant'] }],
  });
