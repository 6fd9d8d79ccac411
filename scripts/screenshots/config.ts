import { defineAgent, defineConfig, defineTeam, defineTool } from 'loadline';
import { z } from 'zod';

/** Prices as hosted models have them, so that there is a cost to look at; all of it is marked as simulated. */
const price = { input: 1.25, output: 10, cacheRead: 0.125 };

const berths = defineTool({
  name: 'berths',
  description: 'Free berths of a harbour on a day.',
  inputSchema: z.object({ harbour: z.string(), day: z.string() }),
  idempotent: true,
  execute: ({ harbour, day }) => ({ harbour, day, free: ['A4', 'A7', 'C1'], depth: { A4: 6.2, A7: 5.8, C1: 9.5 } }),
});

const refund = defineTool({
  name: 'refund',
  description: 'Pays money back. Amount in US dollars.',
  inputSchema: z.object({ booking: z.string(), amount: z.number() }),
  needsApproval: true,
  execute: ({ booking, amount }) => `Paid back $${amount} for ${booking}.`,
});

const model = 'simulated/loadline-sim-1';

/** What the screenshots are taken of. */
export default defineConfig({
  agents: [
    defineAgent({
      name: 'harbour-master',
      description: 'Answers skippers, knows the berths, pays back what was booked in vain',
      model: 'simulated/small-1k',
      instructions: 'You are the harbour master. Answer skippers in a few sentences.',
      tools: [berths, refund],
      summary: { model: 'simulated/loadline-sim-mini', keepRuns: 1, maxTokens: 120 },
      limits: { maxOutputTokens: 200 },
    }),
    defineAgent({ name: 'researcher', description: 'Finds facts', model, instructions: 'Find facts.' }),
    defineAgent({
      name: 'writer',
      description: 'Writes',
      model: 'simulated/loadline-sim-mini',
      instructions: 'Write.',
    }),
    defineAgent({ name: 'assistant', description: 'Answers questions', model, instructions: 'Answer briefly.' }),
  ],
  teams: [
    defineTeam({
      name: 'desk',
      description: 'Finds out and writes it down',
      mode: 'coordinate',
      model,
      instructions: 'Give out the work, then join what comes back.',
      members: ['researcher', 'writer'],
    }),
  ],
  models: {
    'simulated/small-1k': { price },
    [model]: { price },
    'simulated/loadline-sim-mini': { price: { input: 0.25, output: 2, cacheRead: 0.025 } },
  },
  budgets: [
    { scope: 'user', window: 'day', tokens: 60_000 },
    { scope: 'tenant', window: 'month', cost: 5 },
    { scope: 'session', window: 'day', tokens: 40_000 },
  ],
});
