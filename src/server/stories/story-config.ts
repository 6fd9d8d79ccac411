import { z } from 'zod';
import { defineAgent, defineConfig, defineTool, type Config } from '../../config/index.ts';

/**
 * Agents that stories are told with, all on the simulator. Talk has a model of its own, so that answers which are
 * scripted for it are never taken for a summary's.
 */
export const talkModel = 'simulated/story-talk-small-1k';
const notesModel = 'simulated/story-notes-small-8k';
export const roomyModel = 'simulated/story-talk';

/** Prices as hosted models have them, so that there is a cost to look at; all of it is marked as simulated. */
const price = { input: 1.25, output: 10, cacheRead: 0.125 };
const models = {
  [talkModel]: { contextWindow: 1_024, maxOutputTokens: 256, price },
  [notesModel]: { contextWindow: 8_192, maxOutputTokens: 2_048, price: { input: 0.25, output: 2 } },
  [roomyModel]: { contextWindow: 128_000, maxOutputTokens: 16_384, price },
};

const refund = defineTool({
  name: 'refund',
  description: 'Pays money back to a customer. Amount in US dollars.',
  inputSchema: z.object({ order: z.number().int(), amount: z.number().positive() }),
  idempotent: false,
  needsApproval: true,
  execute: ({ order, amount }) => `Paid back $${amount.toFixed(2)} for order ${order}.`,
});

const agents = [
  defineAgent({
    name: 'story-window',
    description: 'Talks in a window of 1,024 tokens until it must be summarised',
    model: talkModel,
    instructions: 'You are a ship’s surveyor with time to talk.',
    summary: { model: notesModel, keepRuns: 2, maxTokens: 150 },
    limits: { maxOutputTokens: 200 },
  }),
  defineAgent({
    name: 'story-budget',
    description: 'Waits when its budget is used up',
    model: roomyModel,
    instructions: 'You are a ship’s surveyor with time to talk.',
    limits: { maxOutputTokens: 300 },
    onBudget: 'wait',
  }),
  defineAgent({
    name: 'story-approval',
    description: 'Asks a person before it pays anything back',
    model: roomyModel,
    instructions: 'You help with orders. Use the refund tool when a customer is due money.',
    tools: [refund],
  }),
  defineAgent({
    name: 'story-crash',
    description: 'Loses its worker in the middle of an answer',
    model: roomyModel,
    instructions: 'You are a ship’s surveyor with time to talk.',
    limits: { maxOutputTokens: 300 },
  }),
] as const;

export type StoryAgent = (typeof agents)[number]['name'];

export const storyAgents: readonly StoryAgent[] = agents.map(({ name }) => name);

export const storyConfig: Config = defineConfig({ agents, models });
