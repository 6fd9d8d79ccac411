import { defineAgent, defineConfig, defineTool } from 'loadline';
import { z } from 'zod';

const clock = defineTool({
  name: 'clock',
  description: 'The date and time now, in a time zone of the IANA list such as Europe/Oslo.',
  inputSchema: z.object({ timeZone: z.string().default('UTC') }),
  idempotent: true,
  execute: ({ timeZone }) =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone }).format(new Date()),
});

const operations = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  power: (a: number, b: number) => a ** b,
};

const calculator = defineTool({
  name: 'calculator',
  description: 'One arithmetic operation on two numbers, exact to 15 digits.',
  inputSchema: z.object({
    operation: z.enum(['add', 'subtract', 'multiply', 'divide', 'power']),
    a: z.number(),
    b: z.number(),
  }),
  idempotent: true,
  execute: ({ operation, a, b }) => operations[operation](a, b),
});

/** Talks, remembers, and can tell the time and calculate. */
const assistant = defineAgent({
  name: 'assistant',
  description: 'Answers questions, tells the time, calculates',
  instructions: 'You are a helpful assistant. Answer briefly. Use your tools for the time and for arithmetic.',
  tools: [clock, calculator],
});

/** Keeps no history: every text stands for itself, so a session stays cheap however long it lives. */
const summariser = defineAgent({
  name: 'summariser',
  description: 'Sums up a text in a few sentences',
  instructions: 'Sum up the text that you are given in at most three sentences. Add nothing of your own.',
  history: false,
  summary: false,
  limits: { maxOutputTokens: 300, toolCallsPerRun: 0 },
});

/** Answers with data instead of prose: `run.output` has this type. */
const extract = defineAgent({
  name: 'extract',
  description: 'Finds people, places and dates in a text',
  instructions: 'Extract what the text names. Leave a list empty when it names none. Dates as YYYY-MM-DD.',
  output: z.object({
    people: z.array(z.string()),
    places: z.array(z.string()),
    dates: z.array(z.string()),
  }),
  history: false,
  summary: false,
});

export default defineConfig({
  agents: [assistant, summariser, extract],
  // No call passes these; `loadline budget list` shows how they stand, `budget raise` gives more for today.
  budgets: [
    { scope: 'session', window: 'day', tokens: 500_000 },
    { scope: 'user', window: 'day', tokens: 1_000_000 },
  ],
});
